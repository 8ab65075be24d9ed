// The foreign program of `npm run demo`: Debian's busybox, which lives and ends with the sandbox, or a probe.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** On the sandbox's own file system. */
const place = '/run/binfmt-keeper/demo';
const downloadMs = 120_000;

/** Null where there is none at all. */
export function obtainProgram(platform, target, offline) {
  const busybox = offline ? null : fromDebian(platform.split('/')[1]);
  if (busybox !== null)
    return {
      command: [busybox, 'uname', '-m'],
      input: '',
      shown: 'busybox uname -m',
      origin: `Debian's busybox-static for ${platform}`,
    };
  const probe = join(
    dirname(process.env.BINFMT_KEEPER_INTERPRETERS_STORE ?? '/'),
    'probes',
    `probe.${target}`,
  );
  if (!existsSync(probe)) return null;
  const origin = `one of the keeper's probes, which prints its name${offline ? '' : '; Debian cannot be reached'}`;
  return { command: [probe], input: 'x', shown: `probe.${target}`, origin };
}

/** Runs it once. */
export function runProgram({ command: [file, ...args], input }) {
  const { status, stdout } = spawnSync(file, args, { input, encoding: 'utf8', timeout: 10_000 });
  return { well: status === 0, said: stdout?.trim().split('/').at(-1) ?? '' };
}

/** With package lists of our own, so that the machine's package management is left as it is. */
function fromDebian(architecture) {
  for (const part of ['lists/partial', 'cache/archives/partial', 'root'])
    mkdirSync(join(place, part), { recursive: true });
  writeFileSync(join(place, 'status'), '');
  const settings = {
    'Dir::State::lists': join(place, 'lists'),
    'Dir::State::status': join(place, 'status'),
    'Dir::Cache': join(place, 'cache'),
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const run = (command, ...args) =>
    spawnSync(command, args, { cwd: place, stdio: 'ignore', timeout: downloadMs });
  process.stderr.write(
    `setup: downloading busybox-static for ${architecture} (with package lists some 10 MB), kept nowhere\n`,
  );
  run('apt-get', ...options, 'update');
  run('apt-get', ...options, 'download', 'busybox-static');
  const deb = readdirSync(place).find((file) => file.endsWith('.deb'));
  if (deb === undefined) return null;
  run('dpkg-deb', '-x', join(place, deb), join(place, 'root'));
  return ['bin/busybox', 'usr/bin/busybox'].map((file) => join(place, 'root', file)).find(existsSync) ?? null;
}
