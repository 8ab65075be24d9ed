import { mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repository } from '../../src/core/project.ts';
import { version } from '../../src/core/version.ts';
import { maintainerScripts } from './deb.ts';
import { changedAt, run, write } from './files.ts';

/** Debian's names of architectures with those of RPM. */
const architectures: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/** The file name of the package, as repositories of Fedora, openSUSE and their kin call it. */
export function rpmName(arch: string): string {
  return `binfmt-keeper-${version}-1.${architectures[arch]}.rpm`;
}

/** Makes an RPM of the files that the Debian package holds; returns its path. Needs rpmbuild(8). */
export function rpmPackage(staged: string, arch: string, work: string, directory: string): string {
  const spec = join(work, 'binfmt-keeper.spec');
  mkdirSync(work, { recursive: true });
  write(spec, specOf(staged), 0o644);
  const defines = {
    _topdir: work,
    _rpmdir: directory,
    _build_name_fmt: rpmName(arch),
    _buildhost: 'reproducible',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    _binary_payload: 'w2.xzdio',
    // Node's symbol table is what a bug report of a crash needs, and paths are where they belong already.
    __os_install_post: '%{nil}',
    debug_package: '%{nil}',
    _build_id_links: 'none',
  };
  const flags = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  const env = { ...process.env, SOURCE_DATE_EPOCH: changedAt() };
  run('rpmbuild', ['-bb', '--quiet', '--target', `${architectures[arch]}-linux`, ...flags, spec], env);
  return join(directory, rpmName(arch));
}

function specOf(staged: string): string {
  return `Name: binfmt-keeper
Version: ${version}
Release: 1
Summary: Keeps handlers of foreign executables alive
License: Apache-2.0 AND MIT AND ISC AND BSD-3-Clause
URL: ${repository}
AutoReqProv: no
Requires: glibc >= 2.28
Requires: libstdc++
Requires: libgcc
Requires: /usr/bin/mount
Recommends: qemu-user-static

%description
Registers QEMU's user emulators with binfmt_misc, restores within a millisecond what gets lost and proves by execution
that programs of other architectures run. Brings its own Node.

%install
mkdir -p %{buildroot}
cp -a ${staged}/usr ${staged}/etc %{buildroot}/

${Object.entries(scriptlets)
  .map(([name, text]) => `%${name}\n${text}`)
  .join('\n')}
%files
%dir /etc/binfmt-keeper
${filesBelow(staged, 'usr').join('\n')}
`;
}

/** Debian's ischroot(1), which others lack. */
const ischroot = `ischroot() { [ "$(stat -Lc %d:%i /)" != "$(stat -Lc %d:%i /proc/1/root/. 2>/dev/null)" ]; }
`;

/**
 * RPM tells its scripts how many versions of the package will be there afterwards; Debian's are told what happens.
 * There is no purging: what \`apt purge\` deletes stays.
 */
const scriptlets = {
  post: scriptlet(
    `if [ "$1" -gt 1 ]; then set -- configure previous; else set -- configure ''; fi`,
    'postinst',
  ),
  preun: scriptlet(`if [ "$1" = 0 ]; then set -- remove; else set -- upgrade; fi`, 'prerm'),
  postun: scriptlet(`if [ "$1" = 0 ]; then set -- remove; else set -- upgrade; fi`, 'postrm'),
};

function scriptlet(translate: string, name: keyof typeof maintainerScripts): string {
  const body = maintainerScripts[name].replace(/^#!.*\n/, '');
  return `${translate}\n${body.includes('ischroot') ? ischroot : ''}${body}`;
}

/** Every file, and the directories that nobody else owns; RPM takes each for a pattern, so a backslash becomes one. */
function filesBelow(staged: string, directory: string): readonly string[] {
  return readdirSync(join(staged, directory), { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, path: `/${relative(staged, join(entry.parentPath, entry.name))}` }))
    .filter(({ entry, path }) => !entry.isDirectory() || path.endsWith('/binfmt-keeper'))
    .map(({ entry, path }) => `${entry.isDirectory() ? '%dir ' : ''}${path.replaceAll('\\', '?')}`);
}
