import { execFileSync, spawnSync } from 'node:child_process';

/**
 * In a private instance: registers by the real command, then runs a Debian program and prints what it says of the
 * machine, as JSON.
 */
const [main = '', platform = '', busybox = ''] = process.argv.slice(2);
const before = spawnSync(busybox, ['uname', '-m'], { encoding: 'utf8' });
execFileSync(process.execPath, [main, 'install', '--sandbox', platform], { stdio: 'pipe' });
const says = execFileSync(busybox, ['uname', '-m'], { encoding: 'utf8' }).trim();
const sum = execFileSync(busybox, ['sh', '-c', 'echo $((6 * 7))'], { encoding: 'utf8' }).trim();
process.stdout.write(JSON.stringify({ before: before.status, says, sum }));
