import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layOut } from '../../scripts/package-tree.ts';
import { probes } from '../../src/host/probe-data.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Lays out what the machine gets in /var/vm: a release, probes and the suite itself. Returns the directory above. */
export async function layOutPayload(directory: string, arch: 'amd64' | 'arm64'): Promise<string> {
  const files = join(directory, 'var/vm');
  mkdirSync(join(files, 'probes'), { recursive: true });
  await layOut(join(files, 'release'), arch, join(root, 'dist-packages/npm'));
  cpSync(join(root, 'test/vm/guest'), join(files, 'guest'), { recursive: true });
  for (const [target, program] of Object.entries(probes))
    writeFileSync(join(files, 'probes', target), Buffer.from(program, 'base64'), { mode: 0o755 });
  return directory;
}

/** Packs it as a plain tar file, which the machine reads from a disk. */
export function packTar(directory: string): string {
  const tar = `${directory}.tar`;
  shell('tar -cf "$1" -C "$0/var/vm" .', directory, tar);
  return tar;
}

/** Packs it in front of an initrd, which the kernel unpacks together with it. */
export function packInitrd(directory: string, initrd: string): string {
  const packed = `${directory}.initrd`;
  shell('cd "$0" && find . | cpio --quiet -o -H newc -R 0:0 | cat - "$2" >"$1"', directory, packed, initrd);
  return packed;
}

function shell(script: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync('sh', ['-c', script, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
}
