import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { packedOrCode } from '../../core/binary/packed.ts';
import { type Blobs, blobsInDirectory, blobsInTar } from './blobs.ts';
import { openStream } from './decompress.ts';
import { lookAtFile, lookThroughDirectory } from './directory.ts';
import { ArchiveFault } from './fault.ts';
import { type Image, imagesIn } from './images.ts';
import { applyLayers } from './layers.ts';
import { lookAtMember } from './members.ts';
import type { Looker } from './seen.ts';
import { readTar } from './tar.ts';

/** Of whom the looks are: of a directory, an archive or a file, or of an image in one. */
export type Place =
  | { readonly kind: 'directory' | 'archive' | 'file' }
  | { readonly kind: 'image'; readonly image: Image };

/** Who looks at one place, and at the layers of an image. */
export interface PlaceLooker extends Looker {
  /** What comes is of this layer of an image. */
  layer(number: number): void;
  replaced(path: string): void;
  emptied(directory: string): void;
}

/** Makes a looker for each place that is found; null leaves an image out. `begin` of an archive that turns out to be an image is `forgotten`. */
export interface Begin {
  (place: Place): PlaceLooker | null;
  forgotten(): void;
}

/** Looks through a directory, a tar file, an image or one file at a path (a byte string). Throws ArchiveFault or an errno. */
export async function lookThrough(path: string, begin: Begin): Promise<void> {
  const real = realpathSync(Buffer.from(path, 'latin1'), { encoding: 'latin1' });
  const found = statSync(Buffer.from(real, 'latin1'));
  if (found.isDirectory()) return directory(real, begin);
  if (!found.isFile()) throw new ArchiveFault('no-archive', 'it is no file and no directory');
  const fd = openSync(Buffer.from(real, 'latin1'), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const head = Buffer.alloc(512);
    readSync(fd, head, 0, head.length, 0);
    const what = packedOrCode(head);
    if (what?.kind !== 'packed') {
      const looker = begin({ kind: 'file' });
      if (looker !== null) lookAtFile(real, real.slice(real.lastIndexOf('/') + 1), looker);
      return;
    }
    if (!readable.has(what.format))
      throw new ArchiveFault(
        'no-archive',
        `it is packed by ${what.format}, which is not read here; unpack it and name the directory`,
      );
    await archive(fd, fstatSync(fd).size, begin);
  } finally {
    closeSync(fd);
  }
}

/** The same of a tar file that comes through a pipe; an image would have to be read twice. */
export async function lookThroughPipe(chunks: AsyncIterable<Uint8Array>, begin: Begin): Promise<void> {
  const looker = begin({ kind: 'archive' });
  if (looker === null) return;
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head: Uint8Array = first.done === true ? new Uint8Array() : first.value;
  const source = openStream(head, {
    async *[Symbol.asyncIterator]() {
      yield head;
      for (let step = await iterator.next(); step.done !== true; step = await iterator.next())
        yield step.value;
    },
  });
  await readTar(source, (member, content) => {
    if (member.name === 'oci-layout')
      throw new ArchiveFault(
        'pipe',
        'it is an image, which is read more than once: name a file instead of -',
      );
    return lookAtMember(member, content, looker);
  });
}

const readable: ReadonlySet<string> = new Set(['tar', 'gzip', 'zstd', 'xz', 'bzip2', 'lz4']);

async function directory(real: string, begin: Begin): Promise<void> {
  const blobs = blobsInDirectory(real);
  try {
    const images = await imagesIn(blobs);
    if (images !== null) return await eachImage(images, blobs, begin);
  } finally {
    blobs.close();
  }
  const looker = begin({ kind: 'directory' });
  if (looker !== null) await lookThroughDirectory(real, looker);
}

async function archive(fd: number, size: number, begin: Begin): Promise<void> {
  const looker = begin({ kind: 'archive' });
  const blobs = await blobsInTar({ fd, start: 0, end: size }, (member, content) =>
    looker === null ? undefined : lookAtMember(member, content, looker),
  );
  const images = await imagesIn(blobs);
  if (images === null) return;
  begin.forgotten();
  await eachImage(images, blobs, begin);
}

async function eachImage(images: readonly Image[], blobs: Blobs, begin: Begin): Promise<void> {
  for (const image of images) {
    const looker = begin({ kind: 'image', image });
    if (looker === null) continue;
    await applyLayers(blobs, image, {
      async member(member, content, layer) {
        looker.layer(layer);
        if (member.kind !== 'directory') looker.replaced(member.name);
        await lookAtMember(member, content, looker);
      },
      removed(path, layer) {
        looker.layer(layer);
        looker.replaced(path);
      },
      emptied(path, layer) {
        looker.layer(layer);
        looker.emptied(path);
      },
    });
  }
}
