// Registers the lines given after a directory for probes (\xHH is for the kernel to decode), looks, removes them.
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { canary } from '../../../src/host/probe/canary.ts';
import { writeProbes } from '../../../src/host/probe/files.ts';
import { runsNatively } from '../../../src/host/probe/native.ts';

const [dir = '', ...lines] = process.argv.slice(2);
const write = (name: string, text: string): void => {
  const file = openSync(`/proc/sys/fs/binfmt_misc/${name}`, constants.O_WRONLY);
  writeSync(file, text);
  closeSync(file);
};
const probes = await writeProbes(dir, ['x86_64', 'aarch64']);
for (const line of lines) write('register', line);
const outcome = await canary();
const native = await runsNatively(probes, () => true, null);
for (const line of lines) write(line.split(':')[1] ?? '', '-1');
console.log(JSON.stringify({ canary: outcome, native, afterwards: await canary() }));
