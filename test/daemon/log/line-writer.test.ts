import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { createLineWriter } from '../../../src/daemon/log/line-writer.ts';
import { scratch } from '../../host/scratch.ts';

describe('the writer of lines', () => {
  test('writes every line whole and in order, however many there are', async (t) => {
    const { fd, path } = file(t);
    const writer = createLineWriter(fd, 1 << 20);
    const lines = Array.from({ length: 5000 }, (_, n) => `line ${n} ${'é'.repeat(n % 50)}\n`);
    for (const line of lines) writer.write(line);
    assert.equal(await writer.settled(20_000), true);
    assert.equal(readFileSync(path, 'utf8'), lines.join(''));
    assert.equal(writer.dropped(), 0);
  });

  test('counts what has no room, and goes on when there is room again', async (t) => {
    const { fd, path } = file(t);
    const writer = createLineWriter(fd, 100);
    for (let n = 0; n < 30; n++) writer.write('123456789\n');
    assert.equal(writer.dropped(), 20);
    await writer.settled(20_000);
    writer.write('again\n');
    assert.equal(await writer.settled(20_000), true);
    assert.equal(readFileSync(path, 'utf8'), `${'123456789\n'.repeat(10)}again\n`);
  });

  test('counts what is refused, and neither throws nor tries for ever', async () => {
    const fd = openSync('/dev/full', 'w');
    const writer = createLineWriter(fd, 1 << 20);
    for (let n = 0; n < 7; n++) writer.write('lost\n');
    assert.equal(await writer.settled(20_000), true);
    assert.equal(writer.dropped(), 7);
    closeSync(fd);
  });
});

function file(t: TestContext): { readonly fd: number; readonly path: string } {
  const path = `${scratch()}/log`;
  const fd = openSync(path, 'w');
  t.after(() => {
    closeSync(fd);
    rmSync(path);
  });
  return { fd, path };
}
