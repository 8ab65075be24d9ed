import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layOut } from '../../scripts/package/tree.ts';
import { probes } from '../../src/host/probe/data.ts';
import { memoryEater } from './memory-eater.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a machine gets besides the suite: a release unpacked, or the packages as people download them. */
export type PayloadKind = 'release' | 'packages' | 'arm64';

/** Where the packages are that were built now, from these very sources. */
export interface Packages {
  readonly tarball: string;
  readonly debian: string;
}

export function buildPackages(): Packages {
  const printed = shell('exec "$0" scripts/package/package.ts amd64', process.execPath).trim();
  console.log(`# ${printed.replaceAll('\n', '\n# ')}`);
  const [tarball = '', debian = ''] = printed.split('\n').map((line) => line.replace(/: .*$/, ''));
  return { tarball, debian };
}

/** Lays out what the machine gets in /var/vm; returns the directory above. */
export async function layOutPayload(
  directory: string,
  kind: PayloadKind,
  { tarball, debian }: Packages,
): Promise<string> {
  const files = join(directory, 'var/vm');
  mkdirSync(join(files, 'probes'), { recursive: true });
  cpSync(join(root, 'test/vm/guest'), join(files, 'guest'), { recursive: true });
  for (const [target, program] of Object.entries(probes))
    writeFileSync(join(files, 'probes', target), Buffer.from(program, 'base64'), { mode: 0o755 });
  writeFileSync(join(files, 'memory-eater'), memoryEater(), { mode: 0o755 });
  if (kind === 'arm64') await layOut(join(files, 'release'), 'arm64', join(root, 'dist-packages/npm'));
  if (kind === 'packages') for (const file of [tarball, debian]) cpSync(file, join(files, basename(file)));
  if (kind === 'release')
    shell('mkdir "$1" && tar -xzf "$0" -C "$1" --strip-components=1', tarball, join(files, 'release'));
  return directory;
}

/** Packs it as a plain tar file, which the machine reads from a disk. */
export function packTar(directory: string): string {
  const tar = `${directory}.tar`;
  shell('tar -cf "$0" -C "$1/var/vm" .', tar, directory);
  return tar;
}

/** Packs it in front of an initrd, which the kernel unpacks together with it. */
export function packInitrd(directory: string, initrd: string): string {
  const packed = `${directory}.initrd`;
  shell('cd "$0" && find . | cpio --quiet -o -H newc -R 0:0 | cat - "$2" >"$1"', directory, packed, initrd);
  return packed;
}

function shell(script: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, ...args], {
    encoding: 'utf8',
    cwd: root,
  });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout;
}
