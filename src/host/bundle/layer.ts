import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { blockSize, paddingOf, tarHeader } from '../../core/bundle/tar-block.ts';

/** Something that becomes a file of the image. */
export interface LayerFile {
  readonly path: string;
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  readonly content: FileHandle | Uint8Array;
}

/** One layer of the image and what it is known by. */
export interface Layer {
  readonly files: readonly LayerFile[];
  readonly digest: string;
  readonly size: number;
  /** SHA-256 of each file. */
  readonly sums: readonly string[];
}

/**
 * Reads files once to know the layer that they make. Layers are not compressed: what zlib makes of the same bytes differs
 * between its versions and processors, and a bundle is to be the same wherever it is made.
 */
export async function measureLayer(files: readonly LayerFile[], mtime: number): Promise<Layer> {
  const hash = createHash('sha256');
  let size = 0;
  const sums: string[] = [];
  for await (const { bytes, sum } of layerBytes(files, mtime)) {
    hash.update(bytes);
    size += bytes.length;
    if (sum !== null) sums.push(sum);
  }
  return { files, digest: `sha256:${hash.digest('hex')}`, size, sums };
}

/** The bytes of a layer; `sum` is that of the file that ends with the piece. A piece is to be used before the next is asked for. */
export async function* layerBytes(
  files: readonly LayerFile[],
  mtime: number,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly sum: string | null }> {
  for (const directory of directoriesOf(files))
    yield { bytes: tarHeader(`${directory}/`, 'directory', { size: 0, mode: 0o755, mtime }), sum: null };
  for (const { path, mode, size, content } of files) {
    yield { bytes: tarHeader(path, 'file', { size, mode, mtime }), sum: null };
    const hash = createHash('sha256');
    let read = 0;
    for await (const bytes of piecesOf(content)) {
      read += bytes.length;
      if (read > size) break;
      hash.update(bytes);
      yield { bytes, sum: null };
    }
    if (read !== size) throw new ChangedFile(path);
    yield { bytes: new Uint8Array(paddingOf(size)), sum: hash.digest('hex') };
  }
  yield { bytes: new Uint8Array(2 * blockSize), sum: null };
}

/** A file has another size or content than a moment ago. */
export class ChangedFile extends Error {
  constructor(path: string) {
    super(`${path} was changed while it was read`);
  }
}

function directoriesOf(files: readonly LayerFile[]): readonly string[] {
  const all = files.flatMap(({ path }) => {
    const parts = path.split('/').slice(0, -1);
    return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
  });
  return [...new Set(all)].sort();
}

const pieceSize = 256 * 1024;

async function* piecesOf(content: FileHandle | Uint8Array): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) {
    yield content;
    return;
  }
  const buffer = new Uint8Array(pieceSize);
  for (let position = 0; ; ) {
    const { bytesRead } = await content.read(buffer, 0, pieceSize, position);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}
