// Prints what becomes of a directory, twice; the host's process ids are those that process 1 is shown with, and files of
// the container's own those of the mounts behind it.
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostNameOf, underHostPath } from '../../../src/host/mounts/host-path.ts';

const [directory = '', ...own] = process.argv.slice(2);
const hostPids = readlinkSync('/proc/1/ns/pid');
const mounts = (): number => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length;
const before = mounts();
const name = hostNameOf(directory, hostPids);
const looked = mounts() - before;
const found = [];
for (const _ of [1, 2]) {
  const path = await underHostPath(directory, hostPids, own);
  found.push({ path, same: path !== null && statSync(path).ino === statSync(directory).ino });
}
process.stdout.write(JSON.stringify({ name, looked, found }));
