import { createHash } from 'node:crypto';
import {
  type BundledFile,
  manifestPath,
  printBundle,
  signaturePath,
} from '../../../src/core/bundle/manifest.ts';
import {
  configText,
  configType,
  imageText,
  indexText,
  layerType,
  layoutText,
} from '../../../src/core/bundle/oci.ts';
import { paddingOf, tarHeader } from '../../../src/core/bundle/tar-block.ts';
import { elfHeader, elfLayout } from '../../../src/core/kernel/elf.ts';
import { hostArchitecture } from '../../../src/host/system/identity.ts';

/** e_machine of this machine. */
export const here = hostArchitecture().machine;

/** A file that looks like a static emulator: it says which, and does nothing. */
export function standIn(
  target: string,
  version: string,
  over: { machine?: number; interp?: boolean; size?: number } = {},
): Buffer {
  const header = elfHeader({ class: 64, data: 'little', machine: over.machine ?? here });
  const program = Buffer.alloc(elfLayout[64].phentsize);
  program.writeUInt32LE(over.interp === true ? 3 : 1, 0);
  const text = Buffer.from(`\0qemu-${target} version ${version} (test)\n\0`);
  return Buffer.concat([header, program, text, Buffer.alloc(over.size ?? 5000, version)]);
}

/** A member of a tar file, of any type. */
export interface Part {
  readonly name: string;
  readonly content?: Uint8Array;
  /** The letter of its type; a file where none is given. */
  readonly type?: string;
  readonly link?: string;
}

/** A tar file of any members. */
export function tar(parts: readonly Part[], end = true): Buffer {
  const blocks = parts.flatMap(({ name, content = Buffer.alloc(0), type = '0', link = '' }) => {
    const header = Buffer.from(tarHeader(name, 'file', { size: content.length, mode: 0o755, mtime: 0 }));
    header.write(type, 156, 'latin1');
    header.write(link, 157, 'latin1');
    header.write('        ', 148, 'latin1');
    const sum = header.reduce((all, byte) => all + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return [header, content, Buffer.alloc(paddingOf(content.length))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(end ? 1024 : 0)]);
}

/** What a test changes of a bundle. */
export interface Changes {
  readonly files?: readonly Part[];
  /** What the list says of files instead of what is true. */
  readonly list?: (files: readonly BundledFile[]) => readonly BundledFile[];
  readonly manifestText?: string;
  readonly signature?: (manifest: string) => string;
  /** Layers as they are stored. */
  readonly pack?: (layer: Buffer) => Buffer;
  /** The members of the archive, at last. */
  readonly members?: (parts: readonly Part[]) => readonly Part[];
  readonly machine?: number;
}

/** The list of a bundle of these files. */
export function manifestOf(
  files: readonly Part[],
  { list = (all) => all, machine = here }: Changes = {},
): string {
  const listed = files.map(({ name, content = Buffer.alloc(0) }): BundledFile => {
    const target = /^usr\/bin\/qemu-(.*)$/.exec(name)?.[1];
    const facts = { path: name, size: content.length, sha256: sha256(content) };
    if (target === undefined) return { ...facts, kind: 'licence' };
    const about = { target, platforms: [], version: null, package: null, licences: null, licenceFile: null };
    return { ...facts, kind: 'interpreter', interpreter: about };
  });
  return printBundle({
    schema: 1,
    keeper: 'test',
    host: { architecture: 'here', machine },
    files: list(listed),
  });
}

/** A whole bundle, changed as the test wants. */
export function bundle(changes: Changes = {}): Buffer {
  const files = changes.files ?? [{ name: 'usr/bin/qemu-sh4', content: standIn('sh4', '7.2.1') }];
  const manifest = changes.manifestText ?? manifestOf(files, changes);
  const front: Part[] = [{ name: manifestPath, content: Buffer.from(manifest) }];
  if (changes.signature !== undefined)
    front.push({ name: signaturePath, content: Buffer.from(changes.signature(manifest)) });
  const layers = [front, ...files.map((file) => [file])].map((parts) =>
    (changes.pack ?? ((same) => same))(tar(parts)),
  );
  const digests = layers.map((layer) => `sha256:${sha256(layer)}`);
  const config = Buffer.from(configText('amd64', '1970-01-01T00:00:00Z', digests));
  const image = Buffer.from(
    imageText(
      { mediaType: configType, digest: `sha256:${sha256(config)}`, size: config.length },
      layers.map((layer, at) => ({ mediaType: layerType, digest: digests[at] ?? '', size: layer.length })),
      {},
    ),
  );
  const about = { digest: `sha256:${sha256(image)}`, size: image.length };
  const parts: Part[] = [
    { name: 'oci-layout', content: Buffer.from(layoutText) },
    { name: 'index.json', content: Buffer.from(indexText(about, 'x', '1', 'amd64')) },
    ...[image, config, ...layers].map((content) => ({ name: `blobs/sha256/${sha256(content)}`, content })),
  ];
  return tar(changes.members?.(parts) ?? parts);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
