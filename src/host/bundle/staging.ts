import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryBeside } from '../files/atomic-file.ts';
import type { Labelling } from '../selinux/label.ts';
import { lacksSpace } from '../store/directory.ts';

/** A file that was written under a name nobody looks at. */
export interface StagedFile {
  readonly temp: string;
  readonly name: string;
  readonly sha256: string;
}

/** Where interpreters wait until all of their bundle is verified. */
export interface Staging {
  /** Begins a file; `end` makes it durable. */
  begin(
    name: string,
    size: number,
  ): Promise<{
    write(bytes: Uint8Array): Promise<void>;
    end(sha256: string): Promise<void>;
  }>;
  readonly files: readonly StagedFile[];
  /** Removes what is still waiting. */
  discard(): Promise<void>;
}

/** Says that there is no room, before the room is used up. */
export class NoSpace extends Error {}

/** Beside the store's books, since a file is renamed within one file system only. */
export function createStaging(dir: string, labelling: Labelling | null): Staging {
  const files: StagedFile[] = [];
  const temps = new Set<string>();
  const opened = new Set<FileHandle>();
  return {
    files,
    async begin(name, size) {
      const full = await lacksSpace(dir, size);
      if (full !== null) throw new NoSpace(full.message);
      const temp = temporaryBeside(join(dir, name));
      const file = await create(temp, labelling);
      temps.add(temp);
      opened.add(file);
      let position = 0;
      return {
        async write(bytes) {
          for (let at = 0; at < bytes.length; ) {
            const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position);
            at += bytesWritten;
            position += bytesWritten;
          }
        },
        async end(sha256) {
          await file.chmod(0o755);
          await file.sync();
          // Before it is renamed: a file that is open for writing cannot be pinned (ETXTBSY).
          opened.delete(file);
          await file.close();
          files.push({ temp, name, sha256 });
        },
      };
    },
    async discard() {
      for (const file of opened) await file.close().catch(() => {});
      opened.clear();
      for (const temp of temps) await unlink(temp).catch(() => {});
    },
  };
}

async function create(temp: string, labelling: Labelling | null): Promise<FileHandle> {
  labelling?.create(temp, 0o600);
  const how = labelling === null ? constants.O_CREAT | constants.O_EXCL : constants.O_NOFOLLOW;
  return open(temp, constants.O_WRONLY | how, 0o600);
}
