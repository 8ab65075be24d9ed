/**
 * Builds what hosts install, with Node inside, into dist-packages/: a tarball, a Debian package
 * and an RPM. Architectures are
 * arguments (amd64, arm64), this machine's by default; packages for it are unpacked and run. The units in systemd/ are
 * written anew from their source, src/cli/emit/systemd.ts; `--units` does that alone.
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../src/core/version.ts';
import { debianPackage } from './deb.ts';
import { changedAt, root, run, write } from './files.ts';
import { provePackages } from './prove.ts';
import { rpmPackage } from './rpm.ts';
import { architectures, layOut, packagedUnits } from './tree.ts';

const out = join(root, 'dist-packages');
const given = process.argv.slice(2);
const own = Object.keys(architectures).filter((name) => architectures[name] === process.arch);

process.umask(0o022);
for (const [name, content] of packagedUnits()) write(join(root, 'systemd', name), content, 0o644);
for (const arch of given.includes('--units') ? [] : given.length > 0 ? given : own) {
  if (architectures[arch] === undefined)
    throw new Error(`expected ${Object.keys(architectures).join(' or ')}, got ${arch}`);
  const work = mkdtempSync(join(tmpdir(), 'binfmt-keeper-package-'));
  try {
    mkdirSync(out, { recursive: true });
    const tree = join(work, 'tree');
    await layOut(tree, arch, join(out, 'npm'));
    const tarball = pack(tree, arch);
    const debian = join(out, `binfmt-keeper_${version}_${arch}.deb`);
    debianPackage(tree, arch, join(work, 'deb'), debian);
    const rpm = rpmPackage(join(work, 'deb'), arch, join(work, 'rpm'), out);
    if (own.includes(arch)) provePackages({ tarball, debian, rpm }, work);
    for (const file of [tarball, debian, rpm])
      console.log(
        `${file}: ${(statSync(file).size / 1e6).toFixed(1)} MB${own.includes(arch) ? ', runs' : ''}`,
      );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The same bytes from the same files: order, owner and time are fixed. */
function pack(tree: string, arch: string): string {
  const name = `binfmt-keeper-${version}-linux-${arch}`;
  const file = join(out, `${name}.tar.gz`);
  const order = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${changedAt()}`];
  run('tar', ['-c', ...order, `--transform=s:^\\.:${name}:`, '-I', 'gzip -n6', '-f', file, '-C', tree, '.']);
  return file;
}
