import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Unpacks a Debian package of another architecture into a directory, with package lists of its own, so that the
 * machine's package management is left as it is. The mirror is the one that the machine uses. Throws what apt says.
 */
export function unpackForeign(dir: string, suite: string, architecture: string, name: string): string {
  for (const part of ['lists/partial', 'cache/archives/partial', 'root'])
    mkdirSync(join(dir, part), { recursive: true });
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(join(dir, 'sources.list'), `deb [signed-by=${keyring}] ${mirror()} ${suite} main\n`);
  writeFileSync(join(dir, 'status'), '');
  const settings = {
    'Dir::State::lists': join(dir, 'lists'),
    'Dir::State::status': join(dir, 'status'),
    'Dir::Cache': join(dir, 'cache'),
    'Dir::Etc::sourcelist': join(dir, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const run = (...args: string[]) =>
    execFileSync('apt-get', [...options, ...args], { cwd: dir, stdio: 'pipe' });
  run('update');
  run('download', name);
  const file = readdirSync(dir).find((f) => f.startsWith(`${name}_`) && f.endsWith('.deb'));
  if (file === undefined) throw new Error(`apt-get downloaded no ${name}`);
  execFileSync('dpkg-deb', ['-x', join(dir, file), join(dir, 'root')]);
  return join(dir, 'root');
}

/** The archive's address as the machine's own sources have it. */
function mirror(): string {
  const text = execFileSync('apt-get', ['indextargets', '--format', '$(REPO_URI) $(ORIGIN) $(CODENAME)'], {
    encoding: 'utf8',
  });
  const line = text.split('\n').find((l) => / Debian [a-z]+$/.test(l));
  if (line === undefined) throw new Error('this machine has no Debian archive among its package sources');
  return line.split(' ')[0] ?? '';
}
