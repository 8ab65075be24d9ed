import { createHash } from 'node:crypto';
import type { Descriptor } from '../../core/bundle/oci.ts';
import {
  configText,
  configType,
  imageText,
  indexText,
  layerType,
  layoutText,
  momentOf,
} from '../../core/bundle/oci.ts';
import { blockSize, paddingOf, tarHeader } from '../../core/bundle/tar-block.ts';
import { ChangedFile, type Layer, layerBytes } from './layer.ts';

/** What is written around the layers. */
export interface BundleFrame {
  readonly architecture: string;
  /** Name and tag under which engines load it. */
  readonly name: string;
  readonly tag: string;
  /** Seconds: SOURCE_DATE_EPOCH, or 0. */
  readonly mtime: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Writes an OCI image layout as one tar file, the small parts first. `write` gets buffers that are used again afterwards. */
export async function writeBundle(
  layers: readonly Layer[],
  frame: BundleFrame,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const { architecture, mtime, annotations } = frame;
  const created = momentOf(mtime);
  const config = blob(
    configText(
      architecture,
      created,
      layers.map(({ digest }) => digest),
    ),
    configType,
  );
  const descriptors = layers.map(({ digest, size }) => ({ mediaType: layerType, digest, size }));
  const image = blob(imageText(config.descriptor, descriptors, annotations), '');
  const { mediaType: _, ...about } = image.descriptor;
  const index = indexText(about, frame.name, frame.tag, architecture);
  const put = (name: string, text: string): Promise<void> => writeFile(write, name, Buffer.from(text), mtime);
  await put('oci-layout', layoutText);
  await put('index.json', index);
  for (const directory of ['blobs/', 'blobs/sha256/'])
    await write(tarHeader(directory, 'directory', { size: 0, mode: 0o755, mtime }));
  await put(blobName(image.descriptor.digest), image.text);
  await put(blobName(config.descriptor.digest), config.text);
  for (const layer of layers) await writeLayer(write, layer, mtime);
  await write(new Uint8Array(2 * blockSize));
}

function blob(text: string, mediaType: string): { readonly text: string; readonly descriptor: Descriptor } {
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return { text, descriptor: { mediaType, digest, size: Buffer.byteLength(text) } };
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

async function writeFile(
  write: (bytes: Uint8Array) => Promise<void>,
  name: string,
  bytes: Uint8Array,
  mtime: number,
): Promise<void> {
  await write(tarHeader(name, 'file', { size: bytes.length, mode: 0o644, mtime }));
  await write(bytes);
  await write(new Uint8Array(paddingOf(bytes.length)));
}

/** Sums again what it writes: a file may have been changed since it was measured. */
async function writeLayer(
  write: (bytes: Uint8Array) => Promise<void>,
  { files, digest, size }: Layer,
  mtime: number,
): Promise<void> {
  await write(tarHeader(blobName(digest), 'file', { size, mode: 0o644, mtime }));
  const hash = createHash('sha256');
  for await (const { bytes } of layerBytes(files, mtime)) {
    hash.update(bytes);
    await write(bytes);
  }
  if (`sha256:${hash.digest('hex')}` !== digest)
    throw new ChangedFile(files.map(({ path }) => path).join(', '));
  await write(new Uint8Array(paddingOf(size)));
}
