import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { realFiles } from '../../core/binary/real-files.ts';

/** How `explain` ended, run as people run it. */
export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `explain` with this Node and these sources. */
export function runExplain(args: readonly string[], given: { cwd: string; input?: Buffer }): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'explain', ...args], {
    ...given,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, out: stdout, err: stderr };
}

/** The beginning of a real program, as long as the file: what is behind the first bytes is NUL. */
export function beginningOf(part: string, name = ''): Buffer {
  const found = realFiles.find((file) => file.from.includes(part) && file.name.endsWith(name));
  if (found === undefined) throw new Error(`no fixture of ${part}`);
  const bytes = Buffer.alloc(Math.min(found.size, 4 * 1024 * 1024));
  bytes.set(found.head);
  for (const [at, piece] of found.pieces)
    if (at < bytes.length) bytes.set(piece.subarray(0, bytes.length - at), at);
  return bytes;
}

const main = new URL('../../../src/main.ts', import.meta.url).pathname;

/** The commands of a page's console blocks that begin with a word, each with what it is to print. */
export function consoleOf(page: string, word: string): readonly { command: string; prints: string }[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/```console\n(.*?)```/gs)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => ({ command: part.split('\n', 1)[0] ?? '', prints: part.slice(part.indexOf('\n') + 1) }))
      .filter(({ command }) => command.startsWith(word)),
  );
}
