import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../src/core/project.ts';
import { version } from '../../src/core/version.ts';
import { changedAt, run, write } from './files.ts';

/** The address that a code host gives whoever owns the repository. */
const maintainer = `${new URL(repository).pathname.split('/')[1]}@users.noreply.github.com`;

/**
 * Makes a Debian package of what a tarball holds, by its own install.sh. It depends on no nodejs: Debian 12 has
 * Node 18, which is too old.
 */
export function debianPackage(tree: string, arch: string, staged: string, file: string): void {
  const env = { PATH: process.env.PATH, PREFIX: '/usr', DESTDIR: staged };
  run('sh', [join(tree, 'systemd/install.sh')], env);
  write(join(staged, 'usr/share/doc/binfmt-keeper/copyright'), copyright, 0o644);
  for (const page of ['man8/binfmt-keeper.8', 'man5/binfmt-keeper.yaml.5'])
    run('gzip', ['-9n', join(staged, 'usr/share/man', page)]);
  mkdirSync(join(staged, 'etc/binfmt-keeper'), { recursive: true, mode: 0o755 });
  const control = `Package: binfmt-keeper
Version: ${version}
Architecture: ${arch}
Maintainer: The binfmt-keeper authors <${maintainer}>
Homepage: ${repository}
Installed-Size: ${sizeKiB(staged)}
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 8), mount
Recommends: qemu-user-static | qemu-user
Section: admin
Priority: optional
Description: keeps handlers of foreign executables alive
 Registers QEMU's user emulators with binfmt_misc, restores within a millisecond what gets lost
 and proves by execution that programs of other architectures run. Brings its own Node.
`;
  write(join(staged, 'DEBIAN/control'), control, 0o644);
  for (const [name, script] of Object.entries(maintainerScripts))
    write(join(staged, 'DEBIAN', name), script, 0o755);
  // More than -z2 saves 3 MB of 35 and takes three times as long.
  run('dpkg-deb', ['--build', '--root-owner-group', '-Zxz', '-z2', staged, file], {
    ...process.env,
    SOURCE_DATE_EPOCH: changedAt(),
  });
}

const anchor = String.raw`'run-binfmt\x2dkeeper-binfmt_misc.mount'`;

/**
 * As debhelper would write them: enabled and started at the first installation, restarted at an upgrade unless it is
 * both disabled and stopped. Removal takes away what the keeper made, unless another keeper has the instance; the main
 * mount stays. In a chroot nothing is uninstalled: what could be reached there is the host's, and removing an anchor's
 * directory there would take the host's mount away. Removal keeps what the administrator said of starting at boot, for
 * a later installation, and purging forgets it: the configuration and the emulators go then too.
 */
export const maintainerScripts = {
  postinst: `#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
[ -n "$2" ] || systemctl --quiet enable binfmt-keeper.service 2>/dev/null || true
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
if [ -n "$2" ] && ! systemctl --quiet is-enabled binfmt-keeper.service 2>/dev/null; then
  systemctl --quiet is-active binfmt-keeper.service || exit 0
fi
systemctl restart binfmt-keeper.service || echo 'binfmt-keeper did not start: journalctl -u binfmt-keeper' >&2
`,
  prerm: `#!/bin/sh
set -e
[ "$1" = remove ] || exit 0
if [ -d /run/systemd/system ]; then systemctl stop binfmt-keeper.service || true; fi
if ischroot; then exit 0; fi
status=0
/usr/sbin/binfmt-keeper health >/dev/null 2>&1 || status=$?
# 3: no keeper answers. Without the first question the one that does would be told to remove what it keeps.
if [ "$status" -ne 3 ] || ! /usr/sbin/binfmt-keeper uninstall all; then
  echo 'binfmt-keeper: another keeper has this host, or its entries cannot be removed: they stay, with anchor and /run/binfmt-keeper' >&2
  exit 0
fi
if [ -d /run/systemd/system ]; then systemctl stop ${anchor} || true; fi
umount /run/binfmt-keeper/binfmt_misc 2>/dev/null || true
# Where this directory cannot be removed something is mounted there.
if rmdir /run/binfmt-keeper/binfmt_misc 2>/dev/null; then rm -rf /run/binfmt-keeper; fi
`,
  postrm: `#!/bin/sh
set -e
if [ "$1" = purge ]; then
  if ! ischroot && grep -qs '^interpreter /var/lib/binfmt-keeper/' /proc/sys/fs/binfmt_misc/*; then
    echo 'binfmt-keeper: /var/lib/binfmt-keeper stays: entries use emulators of it' >&2
  else
    rm -rf /var/lib/binfmt-keeper
  fi
  rm -f /etc/binfmt-keeper/config.yaml /etc/systemd/system/multi-user.target.wants/binfmt-keeper.service
  rmdir /etc/binfmt-keeper 2>/dev/null || true
fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
`,
} as const;

const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: binfmt-keeper
Source: ${repository}

Files: *
Copyright: the binfmt-keeper authors
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.
Comment: Licences of what is inside are in /usr/share/doc/binfmt-keeper/LICENSE.node (Node) and
 /usr/libexec/binfmt-keeper/LICENSES.txt (libraries).
`;

function sizeKiB(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + Math.ceil(statSync(join(entry.parentPath, entry.name)).size / 1024), 0);
}
