import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../src/core/version.ts';
import { run } from './files.ts';

/** The packages of one architecture. */
export interface Packages {
  readonly tarball: string;
  readonly debian: string;
  readonly rpm: string;
}

/** Unpacks the packages and runs what is in them where no Node is to be found; throws where one does not run. */
export function provePackages({ tarball, debian, rpm }: Packages, work: string): void {
  const path = join(work, 'path');
  mkdirSync(path);
  for (const tool of ['dirname', 'readlink']) symlinkSync(`/usr/bin/${tool}`, join(path, tool));
  mkdirSync(join(work, 'tar'));
  run('tar', ['-xzf', tarball, '-C', join(work, 'tar')]);
  run('dpkg-deb', ['-x', debian, join(work, 'dpkg')]);
  mkdirSync(join(work, 'unpacked-rpm'));
  run('sh', ['-c', 'rpm2cpio "$1" | (cd "$2" && cpio -idm --quiet)', 'sh', rpm, join(work, 'unpacked-rpm')]);
  const [unpacked = ''] = readdirSync(join(work, 'tar'));
  const programs = [
    join(work, 'tar', unpacked, 'sbin/binfmt-keeper'),
    join(work, 'dpkg/usr/sbin/binfmt-keeper'),
    join(work, 'unpacked-rpm/usr/sbin/binfmt-keeper'),
  ];
  for (const program of programs) {
    expect(path, [program, '--version'], `binfmt-keeper/${version} `);
    expect(path, [program, 'config', 'check', '--offline', '--config', '/dev/null'], '/dev/null: valid\n');
    expect(path, [program, 'emit', 'systemd'], '# /etc/systemd/system/');
  }
}

function expect(path: string, line: readonly string[], beginning: string): void {
  const [program = '', ...args] = line;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    env: { PATH: path },
    encoding: 'utf8',
  });
  if (status === 0 && stdout.startsWith(beginning)) return;
  throw new Error(
    `${line.join(' ')}: expected ${beginning}, got status ${status}: ${error?.message ?? stdout + stderr}`,
  );
}
