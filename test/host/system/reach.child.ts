// Asks whether a path answers, then the same with one descriptor left; prints both answers.
import { closeSync, openSync } from 'node:fs';
import { reach } from '../../../src/host/system/reach.ts';

const path = process.argv[2] ?? '';
const before = await reach(path);
const taken: number[] = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  closeSync(taken.pop() ?? -1);
}
const after = await reach(path);
for (const fd of taken) closeSync(fd);
console.log(JSON.stringify([before, after]));
