// Sends a signal to each child of a process whose command line fits, as soon as it can be seen; counts them.
import { readdirSync, readFileSync, writeSync } from 'node:fs';

const [parent = '', fits = '', signal = 'SIGKILL'] = process.argv.slice(2);
const wanted = new RegExp(fits);
const met = new Set<string>();
for (;;) {
  for (const task of readdirSync(`/proc/${parent}/task`)) {
    const children = read(`/proc/${parent}/task/${task}/children`).split(' ');
    for (const pid of children.filter((one) => one !== '')) {
      const line = read(`/proc/${pid}/cmdline`);
      // Before its exec it is a copy of its parent.
      if (met.has(pid) || !wanted.test(line)) continue;
      try {
        process.kill(Number(pid), signal as NodeJS.Signals);
        met.add(pid);
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
