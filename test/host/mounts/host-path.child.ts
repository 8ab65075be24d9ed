// Prints what becomes of a directory, twice; the host's process ids are those that process 1 is shown with.
import { readlinkSync, statSync } from 'node:fs';
import { underHostPath } from '../../../src/host/mounts/host-path.ts';

const [directory = ''] = process.argv.slice(2);
const found = [];
for (const _ of [1, 2]) {
  const path = await underHostPath(directory, readlinkSync('/proc/1/ns/pid'));
  found.push({ path, same: path !== null && statSync(path).ino === statSync(directory).ino });
}
process.stdout.write(JSON.stringify(found));
