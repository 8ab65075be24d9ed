// Kills each child of a process that runs the canary's program or script, as soon as it can be seen; counts them.
import { readdirSync, readFileSync, writeSync } from 'node:fs';

const parent = process.argv[2] ?? '';
for (;;) {
  for (const task of readdirSync(`/proc/${parent}/task`)) {
    const children = read(`/proc/${parent}/task/${task}/children`).split(' ');
    for (const pid of children.filter((one) => one !== '')) {
      const line = read(`/proc/${pid}/cmdline`);
      // Before its exec it is a copy of its parent.
      if (!/thread-self\/exe|\0-f\0\/proc/.test(line)) continue;
      try {
        process.kill(Number(pid), 'SIGKILL');
        writeSync(1, `${pid}\n`);
      } catch {
        // it has ended
      }
    }
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
