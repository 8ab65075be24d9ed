import { isStatic, readElfHeader } from '../kernel/elf.ts';
import { architectureOf } from '../platforms/catalogue.ts';
import type { EmulatorText } from '../store/emulator-text.ts';
import {
  type BundledFile,
  type BundleManifest,
  manifestPath,
  parseBundle,
  signaturePath,
} from './manifest.ts';
import { type Descriptor, readImage, readIndex } from './oci.ts';

/** A file of a layer as it was read. */
export interface ReadBundleFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** The first 4096 bytes. */
  readonly head: Uint8Array;
  /** What it says of itself, where it is QEMU. */
  readonly emulator: EmulatorText | null;
  /** All of a small one that is needed. */
  readonly text: string | null;
}

/** A blob as it was read: a document, or the files of a layer. */
export interface ReadBlob {
  readonly size: number;
  readonly text: string | null;
  readonly files: readonly ReadBundleFile[];
}

/** All that an archive had. */
export interface ReadLayout {
  readonly layout: string | null;
  readonly index: string | null;
  /** By `sha256:…` of what was read. */
  readonly blobs: ReadonlyMap<string, ReadBlob>;
}

/** A bundle that may be deployed. */
export interface CheckedBundle {
  readonly ok: true;
  readonly manifest: BundleManifest;
  readonly manifestText: string;
  readonly signature: string | null;
  readonly interpreters: readonly BundledFile[];
}

/** Why one may not. */
export interface RefusedBundle {
  readonly ok: false;
  readonly code: 'bundle-invalid' | 'bundle-unfit';
  readonly faults: readonly string[];
}

/** Judges what was read as a whole: each part is there, is what its sum says, is listed, and fits this machine. */
export function checkBundle(read: ReadLayout, machine: number): CheckedBundle | RefusedBundle {
  const layers = layersOf(read);
  if (typeof layers === 'string') return invalid([layers]);
  const files = layers.flatMap((layer) => layer.files);
  const twice = files.find((file, at) => files.findIndex(({ path }) => path === file.path) !== at);
  if (twice !== undefined) return invalid([`it has ${twice.path} twice`]);
  const manifestText = files.find(({ path }) => path === manifestPath)?.text ?? null;
  if (manifestText === null)
    return invalid([`it has no ${manifestPath}: it is an image, but no bundle of interpreters`]);
  const manifest = parseBundle(manifestText);
  if (typeof manifest === 'string') return invalid([manifest]);
  const faults = [...listFaults(manifest, files), ...unlistedFaults(manifest, files)];
  if (faults.length > 0) return invalid(faults);
  const interpreters = manifest.files.filter(({ kind }) => kind === 'interpreter');
  const unfit = interpreters.flatMap((file) => {
    const found = files.find(({ path }) => path === file.path);
    return found === undefined ? [] : programFaults(file, found, manifest, machine);
  });
  if (unfit.length > 0) return { ok: false, code: 'bundle-unfit', faults: unfit };
  const signature = files.find(({ path }) => path === signaturePath)?.text ?? null;
  return { ok: true, manifest, manifestText, signature, interpreters };
}

function invalid(faults: readonly string[]): RefusedBundle {
  return { ok: false, code: 'bundle-invalid', faults };
}

/** The layers of the one image, or what is wrong on the way to them. */
function layersOf({ layout, index, blobs }: ReadLayout): readonly ReadBlob[] | string {
  if (layout === null || !/"imageLayoutVersion"\s*:\s*"1\.0\.0"/.test(layout))
    return 'it is no OCI image layout';
  if (index === null) return 'it has no index.json: a part is missing';
  const images = readIndex(index);
  if (typeof images === 'string') return images;
  const [one] = images;
  if (one === undefined || images.length > 1)
    return `index.json names ${images.length} images, and a bundle is one`;
  const imageBlob = blobFor(one, blobs);
  if (typeof imageBlob === 'string') return imageBlob;
  const image = readImage(imageBlob.text ?? '');
  if (typeof image === 'string') return image;
  const parts = [image.config, ...image.layers].map((part) => blobFor(part, blobs));
  const lacking = parts.find((part) => typeof part === 'string');
  if (typeof lacking === 'string') return lacking;
  const named = new Set([one, image.config, ...image.layers].map(({ digest }) => digest));
  const stray = [...blobs.keys()].find((digest) => !named.has(digest));
  if (stray !== undefined) return `it has a blob that its image does not name: ${stray}`;
  return parts.slice(1).filter((part) => typeof part !== 'string');
}

function blobFor({ digest, size }: Descriptor, blobs: ReadLayout['blobs']): ReadBlob | string {
  const blob = blobs.get(digest);
  if (blob === undefined) return `the blob ${digest} is missing`;
  return blob.size === size ? blob : `the blob ${digest} has ${blob.size} bytes, expected ${size}`;
}

function listFaults({ files }: BundleManifest, found: readonly ReadBundleFile[]): readonly string[] {
  return files.flatMap(({ path, size, sha256 }) => {
    const there = found.find((file) => file.path === path);
    if (there === undefined) return [`${path} is missing`];
    if (there.size !== size) return [`${path} has ${there.size} bytes, expected ${size}`];
    return there.sha256 === sha256 ? [] : [`${path} has SHA-256 ${there.sha256}, expected ${sha256}`];
  });
}

function unlistedFaults({ files }: BundleManifest, found: readonly ReadBundleFile[]): readonly string[] {
  const listed = new Set([...files.map(({ path }) => path), manifestPath, signaturePath]);
  return found.filter(({ path }) => !listed.has(path)).map(({ path }) => `${path} is not in its list`);
}

/** An interpreter must be a static program of this machine, for the target that it is said to be for. */
function programFaults(
  { path, interpreter }: BundledFile,
  { head, emulator }: ReadBundleFile,
  { host }: BundleManifest,
  machine: number,
): readonly string[] {
  const target = interpreter?.target ?? '';
  const row = architectureOf(target);
  if (row === undefined) return [`${path}: ${target} is no architecture that is known`];
  const elf = readElfHeader(head);
  if (elf === null) return [`${path} is no ELF program`];
  const faults: string[] = [];
  if (elf.machine !== host.machine) faults.push(`${path} is for another machine than the list says`);
  if (elf.machine !== machine)
    faults.push(`${path} does not run on this machine (e_machine ${elf.machine}, expected ${machine})`);
  if (isStatic(head) !== true) faults.push(`${path} is not a static program, which the F flag needs`);
  if (row.machine === machine && row.class === 64)
    faults.push(`${path} would emulate the very machine that it runs on`);
  if (emulator !== null && emulator.target !== target)
    faults.push(`${path} is the emulator of ${emulator.target}, expected ${target}`);
  if (emulator !== null && interpreter?.version != null && emulator.version !== interpreter.version)
    faults.push(`${path} is QEMU ${emulator.version}, the list says ${interpreter.version}`);
  return faults;
}
