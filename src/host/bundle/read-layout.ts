import { createHash, type Hash } from 'node:crypto';
import type { ReadBlob, ReadBundleFile, ReadLayout } from '../../core/bundle/check.ts';
import { interpreterDirectory, manifestPath, signaturePath } from '../../core/bundle/manifest.ts';
import { scanEmulator } from '../../core/store/emulator-text.ts';
import { type Chunks, plainChunks } from './chunks.ts';
import { BundleFault } from './fault.ts';
import type { Staging } from './staging.ts';
import { type Limits, readTarStrictly } from './tar-stream.ts';

/** What is believed of a bundle before it is verified. */
export const limits: Limits & { readonly file: number; readonly text: number } = {
  members: 4000,
  bytes: 8 * 1024 ** 3,
  /** Bytes of one interpreter. */
  file: 256 * 1024 ** 2,
  /** Bytes of a document. */
  text: 4 * 1024 ** 2,
};

/** Takes the parts of an OCI image layout in any order; no name in it is ever used as a path. */
export interface LayoutReader {
  part(name: string, size: number, content: Chunks): Promise<void>;
  result(): ReadLayout;
}

/** Reads each part once, to memory what is a document, through hashes and, with a staging, to the disk what is an interpreter. */
export function createLayoutReader(staging: Staging | null): LayoutReader {
  const blobs = new Map<string, ReadBlob>();
  const texts = new Map<string, string>();
  return {
    async part(name, size, content) {
      const [, digest] = /^(?:\.\/)?blobs\/sha256\/([0-9a-f]{64})$/.exec(name) ?? [];
      if (digest === undefined) {
        const plain = name.replace(/^\.\//, '');
        if (!known.has(plain)) throw new BundleFault(`${name} has no place in a bundle`);
        if (texts.has(plain)) throw new BundleFault(`it has ${plain} twice`);
        texts.set(plain, await textOf(content, name));
        return;
      }
      if (blobs.has(`sha256:${digest}`)) throw new BundleFault(`it has ${name} twice`);
      const hash = createHash('sha256');
      const blob = await readBlob(hashed(content, hash), size, staging);
      const sum = hash.digest('hex');
      if (sum !== digest) throw new BundleFault(`${name} has SHA-256 ${sum}`);
      blobs.set(`sha256:${digest}`, blob);
    },
    result: () => ({
      layout: texts.get('oci-layout') ?? null,
      index: texts.get('index.json') ?? null,
      blobs,
    }),
  };
}

/** The last two are what docker save adds for its older self. */
const known: ReadonlySet<string> = new Set(['oci-layout', 'index.json', 'manifest.json', 'repositories']);

async function* hashed(content: Chunks, hash: Hash): Chunks {
  for await (const piece of content) {
    hash.update(piece);
    yield piece;
  }
}

async function readBlob(content: Chunks, size: number, staging: Staging | null): Promise<ReadBlob> {
  const first = await content.next();
  if (first.done === true) return { size, text: '', files: [] };
  const whole = startingWith(first.value, content);
  if (first.value[0] === 0x7b) return { size, text: await textOf(whole, 'a document'), files: [] };
  const files: ReadBundleFile[] = [];
  await readTarStrictly(plainChunks(whole), limits, async (member, inner) => {
    files.push(await readFile(member.name, member.size, inner, staging));
  });
  // What a decompressor leaves behind its end is part of the blob.
  for await (const _ of content);
  return { size, text: null, files };
}

async function* startingWith(first: Uint8Array, rest: Chunks): Chunks {
  yield first;
  yield* rest;
}

async function textOf(content: Chunks, name: string): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of content) {
    size += piece.length;
    if (size > limits.text) throw new BundleFault(`${name} is larger than ${limits.text} bytes`);
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString('utf8');
}

const interpreterName = new RegExp(`^${interpreterDirectory}/(qemu-[a-z0-9_]+)$`);

async function readFile(
  path: string,
  size: number,
  content: Chunks,
  staging: Staging | null,
): Promise<ReadBundleFile> {
  const hash = createHash('sha256');
  if (path === manifestPath || path === signaturePath) {
    const text = await textOf(content, path);
    const sha256 = hash.update(text).digest('hex');
    return { path, size, sha256, head: new Uint8Array(), emulator: null, text };
  }
  const [, name] = interpreterName.exec(path) ?? [];
  if (name !== undefined && size > limits.file)
    throw new BundleFault(`${path} is larger than ${limits.file} bytes`);
  const staged = name === undefined ? undefined : await staging?.begin(name, size);
  const scan = scanEmulator();
  let head = Buffer.alloc(0);
  let read = 0;
  for await (const piece of content) {
    hash.update(piece);
    read += piece.length;
    if (head.length < headSize) head = Buffer.concat([head, piece.subarray(0, headSize - head.length)]);
    if (name !== undefined) scan.push(piece);
    await staged?.write(piece);
  }
  if (read < size) throw new BundleFault(`it ends within ${path}: a part is missing`);
  const sha256 = hash.digest('hex');
  await staged?.end(sha256);
  return { path, size, sha256, head, emulator: scan.found(), text: null };
}

const headSize = 4096;
