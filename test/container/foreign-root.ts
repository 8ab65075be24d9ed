import assert from 'node:assert/strict';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, type Ended, scratch } from './host.ts';

const user = 12_345;

/**
 * Makes a Debian of another architecture on this host, all of whose programs run by the handlers that are registered
 * now, and shows what people do there: packages, sudo, scripts, programs that look at their own name.
 */
export function tryForeignRoot(architecture: string): void {
  const root = join(scratch, architecture);
  try {
    const made = command(
      'mmdebstrap',
      ...[`--architectures=${architecture}`, '--variant=minbase', '--include=sudo', '--skip=check/qemu'],
      ...['--quiet', 'trixie', root, 'http://deb.debian.org/debian'],
    );
    assert.equal(made.status, 0, made.stderr);
    const enter = (options: readonly string[], ...args: readonly string[]): Ended =>
      command('chroot', ...options, root, ...args);
    const says = (expected: string | RegExp, ...args: readonly string[]): void => {
      const { status, stdout, stderr } = enter([], ...args);
      assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
      assert.match(stdout, expected instanceof RegExp ? expected : new RegExp(`^${expected}\n$`));
    };
    says(architecture, 'dpkg', '--print-architecture');
    says(/^apt \d/, 'apt-get', '--version');

    appendFileSync(join(root, 'etc/passwd'), `someone:x:${user}:${user}::/:/bin/sh\n`);
    appendFileSync(join(root, 'etc/shadow'), 'someone:*:20000:0:99999:7:::\n');
    writeFileSync(join(root, 'etc/sudoers.d/someone'), 'someone ALL=(ALL) NOPASSWD: ALL\n', { mode: 0o440 });
    const sudo = enter([`--userspec=${user}:${user}`], 'sudo', '-n', 'id', '-u');
    assert.deepEqual([sudo.status, sudo.stdout], [0, '0\n'], sudo.stderr);

    writeFileSync(join(root, 'script'), '#!/bin/sh\necho "a script"\n', { mode: 0o755 });
    writeFileSync(join(root, 'other-script'), '#!/usr/bin/env bash\n/script\n', { mode: 0o755 });
    says('a script', '/script');
    says('a script', '/other-script');
    says('renamed', 'bash', '-c', `exec -a renamed sh -c 'echo $0'`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
