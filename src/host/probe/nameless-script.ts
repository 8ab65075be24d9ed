import { constants } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * An executable file in a directory that has no name, open for reading: whoever executes it through `/proc` and is
 * killed leaves nothing behind.
 */
export async function namelessScript(place: string, text: string | Uint8Array): Promise<FileHandle> {
  const file = await open(place, O_TMPFILE | constants.O_RDWR, 0o700).catch(() => shortNamed(place));
  try {
    await file.writeFile(text);
    return await open(`/proc/self/fd/${file.fd}`, constants.O_RDONLY);
  } finally {
    // What is open for writing cannot be executed.
    await file.close();
  }
}

/** For file systems without O_TMPFILE, as overlayfs before Linux 6.3: a file that has its name for a moment only. */
async function shortNamed(place: string): Promise<FileHandle> {
  const dir = await mkdtemp(join(place, 'binfmt-keeper-canary-'));
  try {
    return await open(join(dir, 'canary'), 'wx+', 0o700);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** open(2): fcntl.h makes it of two bits, of which Node knows the one that differs between architectures. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
