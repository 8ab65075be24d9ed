import { constants } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadLayout } from '../../core/bundle/check.ts';
import { reach } from '../system/reach.ts';
import { type Chunks, chunksOfFile, chunksOfStdin, openOnce, plainChunks } from './chunks.ts';
import { BundleFault } from './fault.ts';
import { createLayoutReader, type LayoutReader, limits } from './read-layout.ts';
import type { Staging } from './staging.ts';
import { readTarStrictly } from './tar-stream.ts';

/** Reads a bundle once: an archive, a directory with its parts, or `-` for stdin. Throws BundleFault and errno errors. */
export async function readBundle(from: string, staging: Staging | null): Promise<ReadLayout> {
  const reader = createLayoutReader(staging);
  if (from === '-') await readArchive(chunksOfStdin(), reader);
  else {
    const reached = await reach(from);
    if (!reached.ok) throw new BundleFault(reached.message);
    const found = await stat(from);
    if (found.isDirectory()) await readDirectory(from, reader);
    else {
      const file = await openOnce(from);
      try {
        if (!(await file.stat()).isFile())
          throw new BundleFault('it is no regular file; a pipe is read by: store import -');
        await readArchive(chunksOfFile(file), reader);
      } finally {
        await file.close();
      }
    }
  }
  return reader.result();
}

async function readArchive(chunks: Chunks, reader: LayoutReader): Promise<void> {
  const first = await chunks.next();
  if (first.done === true) throw new BundleFault('it is empty');
  const whole = (async function* (): Chunks {
    yield first.value;
    yield* chunks;
  })();
  await readTarStrictly(plainChunks(whole), limits, ({ name, size }, content) =>
    reader.part(name, size, content),
  );
}

/** The parts by the names that the layout has for them; what else lies there is refused like a member of an archive. */
async function readDirectory(dir: string, reader: LayoutReader): Promise<void> {
  const top = (await readdir(dir)).filter((name) => name !== 'blobs').sort();
  const blobs = (await readdir(join(dir, 'blobs/sha256')).catch(() => [])).sort();
  const names = [...top, ...blobs.map((name) => `blobs/sha256/${name}`)];
  if (names.length > limits.members) throw new BundleFault(`it has more than ${limits.members} members`);
  for (const name of names) {
    const file = await openPart(join(dir, name), name);
    try {
      await reader.part(name, (await file.stat()).size, chunksOfFile(file));
    } finally {
      await file.close();
    }
  }
}

async function openPart(path: string, name: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(
    (error) => {
      if (error.code === 'ELOOP') throw new BundleFault(`${name} is a link`);
      throw error;
    },
  );
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new BundleFault(`${name} is no regular file`);
}
