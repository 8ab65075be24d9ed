// Executes one foreign program again and again; a line for each attempt: `ok`, or what happened instead.
import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';

const file = process.argv[2] ?? '';
for (;;) {
  const { status, signal, stdout, stderr, error } = spawnSync(file, { input: 'x', encoding: 'utf8' });
  const good = status === 0 && stdout === `${file}\n`;
  const story = error?.message ?? JSON.stringify({ status, signal, stdout, stderr });
  writeSync(1, good ? 'ok\n' : `${story.replaceAll('\n', ' ')}\n`);
}
