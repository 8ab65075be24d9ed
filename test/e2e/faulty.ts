import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { probeBytes } from '../../src/host/probe/files.ts';
import { cli } from './cli.ts';
import { targets } from './foreign.ts';
import type { World } from './world.ts';

const [target] = targets;

/** What `config check -o json` tells. */
export interface Told {
  readonly problems: readonly {
    readonly code: string;
    readonly subject: string;
    readonly place: string | null;
  }[];
  readonly unseen: readonly string[];
}

/** Runs it. */
export function check(world: World, ...args: readonly string[]): Told & { readonly status: number | null } {
  const { status, said } = cli(world, ['config', 'check', '-o', 'json', ...args]);
  return { status, ...JSON.parse(said) };
}

/** What tells one problem from another. */
export const keyOf = ({ code, subject }: { readonly code: string; readonly subject: string }) =>
  `${code} ${subject}`;

/** Faults of every kind that a start tells of, and files for them. */
export function faulty(world: World): void {
  const file = (name: string, text: string | Uint8Array, mode = 0o755): string => {
    const path = `${world.dir}/${name}`;
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  copyFileSync('/usr/bin/cat', `${world.dir}/dynamic`);
  mkdirSync(`${world.dir}/noexec`);
  world.must('mount', '-t', 'tmpfs', '-o', 'noexec,mode=755', 'noexec', `${world.dir}/noexec`);
  const handlers = [
    ['everything', "magic: '0x7f454c46'", '/usr/bin/true', ''],
    ['gone', 'extension: gone', `${world.dir}/nothing`, ''],
    ['dynamic', 'extension: dynamic', `${world.dir}/dynamic`, 'F'],
    ['unmarked', 'extension: unmarked', file('unmarked', '#!/bin/sh\n', 0o644), ''],
    ['barred', 'extension: barred', file('noexec/program', '#!/bin/sh\n'), ''],
    ['another', 'extension: another', file('another', probeBytes(target) ?? ''), ''],
    ['text', 'extension: text', file('text', 'no program\n'), ''],
    ['shellless', 'extension: shellless', file('shellless', '#!/no/such/shell\n'), ''],
    ['taken', 'extension: taken', '/usr/bin/true', ''],
  ].map(
    ([name, what, interpreter, flags]) =>
      `  - {name: ${name}, ${what}, interpreter: ${interpreter}, flags: "${flags}"}\n`,
  );
  world.configure(`binfmtD: true\nadopt: [nowhere]\nhandlers:\n${handlers.join('')}`);
  mkdirSync('/run/binfmt.d', { recursive: true });
  writeFileSync('/run/binfmt.d/bad.conf', 'no line\n:hex:M::7f454c46::/usr/bin/true:\n');
  writeFileSync('/run/binfmt.d/lost.conf', ':lost:E::lost::/no/such/interpreter:\n');
  world.write(`${world.main}/register`, ':taken:E::other::/usr/bin/false:\n');
  world.write(`${world.main}/register`, ':foreign:E::foreign::/no/such/file:\n');
}

/** An instance, and a directory of declarations that nobody else sees. */
export function mounted(world: World): void {
  world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', world.main);
  world.must('sh', '-c', 'mkdir -p /run/binfmt.d && mount -t tmpfs tmpfs /run/binfmt.d');
}
