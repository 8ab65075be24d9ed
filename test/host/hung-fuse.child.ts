// Mounts a file system that answers nothing but its greeting: whoever touches it waits in the kernel until this ends.
// Numbers are those of linux/fuse.h.
import { spawnSync } from 'node:child_process';
import { openSync, read, readSync, writeSync } from 'node:fs';

const device = openSync('/dev/fuse', 'r+');
const options = 'fd=3,rootmode=40000,user_id=0,group_id=0';
const { status, stderr } = spawnSync(
  'mount',
  ['-i', '-n', '-t', 'fuse', '-o', options, 'hung', process.argv[2] ?? ''],
  { stdio: ['ignore', 'ignore', 'pipe', device] },
);
if (status !== 0) throw new Error(String(stderr));
const request = Buffer.alloc(1 << 20);
readSync(device, request);
const reply = Buffer.alloc(16 + 64);
reply.writeUInt32LE(reply.length, 0);
request.copy(reply, 8, 8, 16);
reply.writeUInt32LE(7, 16);
reply.writeUInt32LE(31, 20);
reply.writeUInt32LE(4096, 36);
writeSync(device, reply);
console.log('mounted');
const swallow = (): void => read(device, request, 0, request.length, null, swallow);
swallow();
setTimeout(() => process.exit(), 60_000);
