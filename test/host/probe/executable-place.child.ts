// Finds an executable place among the directories given, runs a native program there, and prints what came of it.
import { closeSync, existsSync } from 'node:fs';
import { findExecutablePlace } from '../../../src/host/probe/executable-place.ts';
import { probeBytes } from '../../../src/host/probe/files.ts';
import { hostArchitecture } from '../../../src/host/system/identity.ts';
import { loadLibc } from '../../../src/host/system/libc.ts';
import { targetOf } from '../../../src/keeper/prepare/host-identity.ts';

const native = probeBytes(targetOf(hostArchitecture()) ?? '') ?? new Uint8Array();
const found = await findExecutablePlace(native, process.argv.slice(2), await loadLibc(), 10_000);
if (found.ok) {
  const fd = await found.place.make(native);
  console.log(JSON.stringify({ place: found.place.name, made: existsSync(`/proc/self/fd/${fd}`) }));
  closeSync(fd);
} else console.log(JSON.stringify({ why: found.why }));
