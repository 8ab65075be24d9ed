// Run inside a private instance, under strace: registers so many handlers, clears the instance and heals it. Asking for
// `/flush-begins` and `/flush-ends` marks where. `keeper-p2` is then somebody else's, if asked for.
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nothingDesired } from '../../../src/core/plan/desired.ts';
import { openInstance } from '../../../src/host/instance/linux-instance.ts';
import { loadLibc } from '../../../src/host/system/libc.ts';
import { createMemory } from '../../../src/keeper/record/memory.ts';
import { createRepair } from '../../../src/keeper/repair/repair.ts';

const [main = '', count = '0', taken] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), 'keeper-test-'));
const interpreter = join(dir, 'true');
copyFileSync('/bin/true', interpreter);
const opened = openInstance(main, await loadLibc());
if (!opened.ok) throw new Error(opened.message);
const { instance } = opened;
if (!instance.lock().ok) throw new Error('the instance is locked');
const handlers = Array.from({ length: Number(count) }, (_, at) => {
  const magic = Buffer.from(`FLUSH${String(at).padStart(3, '0')}`);
  const matcher = { kind: 'magic' as const, offset: 0, magic, mask: Buffer.alloc(magic.length, 0xff) };
  const registration = { name: `keeper-p${at}`, matcher, interpreter, flags: 'F' };
  return { key: `p${at}`, platforms: [], registration, interpreter: null, samples: [magic] };
});
const desired = { ...nothingDesired, handlers, prefix: 'keeper-' };
const repair = createRepair(instance, desired, createMemory());
repair.full(0);
repair.full(1000);
put('status', '-1');
if (taken !== undefined) put('register', `:${taken}:M::THEIRS::/bin/false:`);
existsSync('/flush-begins');
const { results } = repair.own(2000, 'status');
existsSync('/flush-ends');
repair.full(3000);
const wrong = repair.view().handlers.filter((h) => h.state !== 'ok');
process.stdout.write(JSON.stringify({ healed: results.length, wrong: wrong.map((h) => h.handler.key) }));
put('status', '-1');
rmSync(dir, { recursive: true });

function put(name: string, text: string): void {
  const fd = openSync(join(main, name), constants.O_WRONLY);
  writeSync(fd, text);
  closeSync(fd);
}
