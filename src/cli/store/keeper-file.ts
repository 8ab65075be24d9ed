import { basename } from 'node:path';
import { readElfHeader } from '../../core/kernel/elf.ts';
import { catalogue } from '../../core/platforms/catalogue.ts';
import type { OpenFile } from '../../host/bundle/open-file.ts';

/** A file of the keeper itself, as a bundle has it. */
interface KeeperFile {
  readonly architecture: 'amd64' | 'arm64';
  /** In the bundle, with the machine in its name. */
  readonly name: string;
  /** Where it is installed, without. */
  readonly installAs: string;
  /** Why its content is for another machine; null where nothing speaks against it. */
  readonly fits: (file: OpenFile) => string | null;
}

/** Knows by its name for which machine a file is; an ELF program must be of that machine. */
export function keeperOf(path: string): KeeperFile | null {
  const base = basename(path);
  const [, word] = /(?:^|[._-])(amd64|x86_64|x64|arm64|aarch64)(?:[._-]|$)/.exec(base) ?? [];
  if (word === undefined) return null;
  const architecture = word === 'arm64' || word === 'aarch64' ? 'arm64' : 'amd64';
  const [suffix = ''] = /\.(tar\.(gz|xz|zst)|deb|rpm|tgz)$/.exec(base) ?? [];
  return {
    architecture,
    name: `binfmt-keeper-linux-${architecture}${suffix}`,
    installAs: `binfmt-keeper${suffix}`,
    fits({ head }) {
      const elf = readElfHeader(head);
      const wanted = architecture === 'arm64' ? 183 : 62;
      return elf === null || elf.machine === wanted ? null : `${path} is not for ${architecture}`;
    },
  };
}

/** The OCI name of a 64-bit machine by its e_machine; its number where there is none. */
export function ociName(machine: number): string {
  const row = catalogue.find((a) => a.machine === machine && a.class === 64 && a.platforms.length > 0);
  return row?.platforms[0]?.slice('linux/'.length) ?? String(machine);
}
