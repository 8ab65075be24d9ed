/**
 * `npm run test:monitoring`: a real Prometheus scrapes a real keeper while faults are injected, and its alerts fire and
 * clear. Needs Debian's packages prometheus and qemu-user-static, and a private instance (Linux 6.7); no root.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Far more than it takes; with it gone the namespace and all that runs in it is ended. */
const limitMs = 15 * 60_000;

for (const program of ['prometheus', 'promtool']) {
  if (spawnSync(program, ['--version']).error === undefined) continue;
  console.error(`${program} is not installed: apt-get install --no-install-recommends prometheus`);
  process.exit(2);
}

const dir = mkdtempSync(join(tmpdir(), 'keeper-monitoring-'));
const scenes = fileURLToPath(new URL('scenes.child.ts', import.meta.url));
const inNamespace = ['-Urm', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];
const child = spawn('unshare', [...inNamespace, process.execPath, '--no-warnings', scenes, dir], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
const late = setTimeout(() => {
  console.error(`not over after ${limitMs / 1000} s`);
  child.kill('SIGKILL');
}, limitMs);
child.on('close', (status) => {
  clearTimeout(late);
  rmSync(dir, { recursive: true, force: true });
  process.exitCode = status ?? 1;
});
