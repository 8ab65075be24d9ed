import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A root file system of the matrix: a Debian with its own nodejs and npm, or with others before them in PATH. */
export interface Kind {
  readonly name: string;
  readonly suite: 'bookworm' | 'trixie';
  /** npm packages that bring Node and npm; none: Debian's. */
  readonly packages: readonly string[];
}

export const kinds: Readonly<Record<string, Kind>> = {
  old: { name: 'Debian 12, its own Node 18', suite: 'bookworm', packages: [] },
  debian12: {
    name: 'Debian 12, Node 20.19, npm 10',
    suite: 'bookworm',
    packages: ['node-linux-ARCH@20.19.6', 'npm@10.9.9'],
  },
  debian13: { name: 'Debian 13, its own Node and npm', suite: 'trixie', packages: [] },
  newest: {
    name: 'Debian 13, Node 26, npm 11',
    suite: 'trixie',
    packages: ['node-linux-ARCH@26.12.1', 'npm@11.21.2'],
  },
};

const project = fileURLToPath(new URL('../..', import.meta.url));
export const uids = { root: 0, user: 1000 } as const;
export const homes = { root: '/root', user: '/home/someone' } as const;

/** Makes a minimal Debian with nodejs, npm, what Node 26 needs (libatomic1) and an ordinary user; once for each suite. */
export function makeBase(scratch: string, { suite }: Kind): string {
  const base = join(scratch, suite);
  if (existsSync(join(base, 'home/someone'))) return base;
  must('mmdebstrap', [
    ...['--mode=root', '--variant=minbase', '--quiet', '--include=ca-certificates,libatomic1,nodejs,npm'],
    '--customize-hook=chroot "$1" useradd -m -u 1000 -s /bin/bash someone',
    ...[suite, base],
  ]);
  return base;
}

/** Upon the base what this run needs: Node, npm, this machine's way to the network, and a fresh clone. */
export function makeRoot(
  scratch: string,
  directory: string,
  kind: Kind,
  who: keyof typeof uids,
  clone: string,
): string {
  const [root, upper, work] = ['root', 'upper', 'work'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  for (const made of [root, upper, work]) mkdirSync(made, { recursive: true });
  const layers = `lowerdir=${makeBase(scratch, kind)},upperdir=${upper},workdir=${work}`;
  must('mount', ['-t', 'overlay', '-o', layers, 'overlay', root]);
  if (kind.packages.length > 0) {
    const wanted = kind.packages.map((name) => name.replace('ARCH', process.arch));
    must('npm', ['install', ...plainly, '--prefix', join(root, 'opt/node'), ...wanted]);
  }
  const home = join(root, homes[who]);
  bringNetwork(root, home);
  must('cp', ['-a', clone, join(home, 'binfmt-keeper')]);
  copyFileSync(join(project, 'test/fresh/inside.mjs'), join(root, 'opt/inside.mjs'));
  must('chown', ['-R', `${uids[who]}:${uids[who]}`, home]);
  return root;
}

/** The project's files as git knows them, also those that are not yet committed. */
export function makeClone(directory: string): void {
  const { stdout } = must('git', [
    '-C',
    project,
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  ]);
  for (const file of stdout.split('\0').filter((name) => name !== '' && existsSync(join(project, name)))) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    cpSync(join(project, file), join(directory, file));
  }
}

const plainly = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

/** Whatever this machine needs to reach registry and mirror: names, certificates, npm's and apt's settings, npm's cache. */
function bringNetwork(root: string, home: string): void {
  const certificates = '/etc/ssl/certs/ca-certificates.crt';
  for (const file of ['/etc/resolv.conf', '/etc/hosts', certificates, '/etc/npmrc'])
    if (existsSync(file)) copyFileSync(file, join(root, file));
  const apt = '/etc/apt/apt.conf.d';
  for (const file of readdirSync(apt)) {
    const text = readFileSync(join(apt, file), 'utf8');
    if (/^\s*Acquire::/m.test(text)) copyFileSync(join(apt, file), join(root, apt, basename(file)));
  }
  const settings = join(homedir(), '.npmrc');
  const lines = existsSync(settings) ? readFileSync(settings, 'utf8').split('\n') : [];
  writeFileSync(join(home, '.npmrc'), lines.filter((line) => !/^(cache|prefix)\b/.test(line)).join('\n'));
  const cache = must('npm', ['config', 'get', 'cache']).stdout.trim();
  mkdirSync(join(home, '.npm'), { recursive: true });
  if (existsSync(join(cache, '_cacache'))) must('cp', ['-a', join(cache, '_cacache'), join(home, '.npm')]);
}

/** Runs a program that must succeed. */
export function must(command: string, args: readonly string[]): { readonly stdout: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}: ${error?.message ?? stderr}`);
  return { stdout };
}
