import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** In a private instance: makes arm64 run, then lets an arm64 Node try to be a keeper, and prints how that ended. */
const [main = '', node = '', project = ''] = process.argv.slice(2);
execFileSync(process.execPath, [main, 'install', '--sandbox', 'linux/arm64'], { stdio: 'pipe' });
const entries = () => readdirSync('/proc/sys/fs/binfmt_misc');
const before = entries();
const arch = execFileSync(node, ['-p', 'process.arch'], { encoding: 'utf8' }).trim();
const attempt = (program: string, ...args: string[]) => {
  const { status, stderr } = spawnSync(node, ['--no-warnings', program, ...args], {
    encoding: 'utf8',
    timeout: 140_000,
  });
  return [status, stderr];
};
const install = attempt(main, 'install', 'linux/riscv64');
const run = attempt(main, 'run');
// As `npm start` in a clone of which nothing is installed.
const start = attempt(join(project, 'scripts/run/run.cjs'), 'start');
const left = readdirSync(project);
const added = entries().filter((name) => !before.includes(name));
process.stdout.write(JSON.stringify({ arch, install, run, start, left, added }));
