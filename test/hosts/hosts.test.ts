import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../architecture/imports.ts';
import { requireKernel } from '../kernel.ts';
import { drawHosts } from './draw.ts';

test('docs/hosts.md shows what the commands say on six hosts', { timeout: 300_000 }, (t) => {
  if (!requireKernel(t)) return;
  // The emulators that Debian's packages register are links to these.
  if (!existsSync('/usr/bin/qemu-xtensaeb-static'))
    return t.skip('qemu-user-static of Debian 12 is not here');
  const shown = readFileSync(join(root, 'docs/hosts.md'), 'utf8');
  assert.equal(alike(drawHosts()), alike(shown), 'node test/hosts/run.ts makes it anew');
});

/** Versions differ from one update of the distribution to the next, and with them the widths of columns. */
function alike(text: string): string {
  return text.replaceAll(/\b\d+\.\d+\.\d+\b/g, 'X.Y.Z').replaceAll(/ +/g, ' ');
}
