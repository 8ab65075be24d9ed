import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanEmulator } from '../../../src/core/store/emulator-text.ts';

const text =
  'rubbish qemu version 1\0qemu-aarch64_be version 10.0.13 (Debian 1:10.0.13+ds-1)\n\0more version 3\0';

test('target and version are found wherever a piece ends, in a buffer that is used again', () => {
  const bytes = Buffer.from(`${'x'.repeat(300)}\0${text}${'y'.repeat(300)}`);
  for (let size = 1; size < bytes.length; size += 7) {
    const scan = scanEmulator();
    const buffer = new Uint8Array(size);
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      buffer.set(piece);
      scan.push(buffer.subarray(0, piece.length));
    }
    assert.deepEqual(scan.found(), { target: 'aarch64_be', version: '10.0.13' }, `pieces of ${size}`);
  }
});

test('a file that says nothing of the kind is no emulator', () => {
  const scan = scanEmulator();
  scan.push(Buffer.from('unsupported version 3 of qemu-x version %s, myqemu-arm version 1.2 '));
  assert.equal(scan.found(), null);
});
