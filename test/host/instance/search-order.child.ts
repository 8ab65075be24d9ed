import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

/** Registers pairs of lines, the one behind first, and tells which of both ran each file. In a private instance. */
const { pairs, files }: { pairs: [string, string][]; files: { name: string; bytes: string }[] } = JSON.parse(
  readFileSync(0, 'utf8'),
);
const main = '/proc/sys/fs/binfmt_misc';
spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', '/mnt']);
mkdirSync('/mnt/f');
for (const one of ['front', 'behind']) {
  writeFileSync(`/mnt/${one}`, `#!/bin/sh\nprintf ${one}\n`);
  chmodSync(`/mnt/${one}`, 0o755);
}
for (const { name, bytes } of files) {
  writeFileSync(`/mnt/f/${name}`, Buffer.from(bytes, 'hex'));
  chmodSync(`/mnt/f/${name}`, 0o755);
}
// The shell that asks is not asked to run what nobody takes: `env` says so and goes on.
const asks = files.map(({ name }) => `env /mnt/f/${name} 2>/dev/null; echo`).join('\n');
const ran = pairs.map(([front, behind]) => {
  for (const line of [behind, front]) write('register', Buffer.from(line, 'base64'));
  const { stdout } = spawnSync('sh', ['-c', asks], { encoding: 'utf8' });
  for (const name of ['front', 'behind']) write(name, '-1');
  return stdout.split('\n').slice(0, files.length);
});
process.stdout.write(JSON.stringify(ran));

function write(name: string, bytes: string | Uint8Array): void {
  const fd = openSync(`${main}/${name}`, constants.O_WRONLY);
  writeSync(fd, Buffer.from(bytes));
  closeSync(fd);
}
