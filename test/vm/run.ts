/**
 * `npm run test:vm [RUN…]`: real machines with systemd and SELinux, emulated, in which the keeper is installed, hurt and
 * switched off. Needs root, qemu-system-x86, qemu-system-arm, mmdebstrap, policycoreutils, e2fsprogs and cpio.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boot, type Told } from './boot.ts';
import { imageOf, type Suite } from './image.ts';
import { layOutPayload } from './payload.ts';

interface Run {
  readonly suite: Suite;
  readonly part: string;
  readonly append: readonly string[];
}

const masked = ['automount', 'mount'].map((kind) => `systemd.mask=proc-sys-fs-binfmt_misc.${kind}`);

const runs: Readonly<Record<string, Run>> = {
  service: { suite: 'bookworm', part: 'service', append: [] },
  masked: { suite: 'bookworm', part: 'masked', append: masked },
  'service-backports': { suite: 'backports', part: 'service', append: [] },
  arm64: { suite: 'arm64', part: 'smoke-arm64', append: [] },
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in runs));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(' ')}; there are ${Object.keys(runs).join(', ')}`);
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'keeper-vm-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

for (const [name, run] of Object.entries(runs)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.log(`# ${name}`);
  const serial = join(scratch, `${name}.log`);
  const started = performance.now();
  const limitMs = 10 * 60_000;
  const arch = run.suite === 'arm64' ? 'arm64' : 'amd64';
  const payload = await layOutPayload(join(scratch, name), arch);
  const told = await boot(imageOf(run.suite), { ...run, payload, log: serial, limitMs });
  const bad = [...told.bad, ...shutdownFaults(serial)];
  console.log(
    `# ${name}: ${told.good.length} ok, ${bad.length} not, ${Math.round((performance.now() - started) / 1000)} s`,
  );
  if (bad.length > 0) keep(name, serial, bad);
}

/** What systemd complains of when a mount is held or a service does not end. */
function shutdownFaults(log: string): string[] {
  const lines = readFileSync(log, 'latin1').split(/\r?\n/);
  return lines.filter((line) => /Failed (to )?unmount|State 'stop-sig\w+' timed out/.test(line));
}

function keep(name: string, log: string, bad: Told['bad']): void {
  process.exitCode = 1;
  const artifacts = process.env.BINFMT_KEEPER_ARTIFACTS ?? 'vm-logs';
  mkdirSync(artifacts, { recursive: true });
  const kept = join(artifacts, `${name}.log`);
  copyFileSync(log, kept);
  console.log(`# failed: ${bad.join('\n#   ')}\n# serial console: ${kept}`);
}
