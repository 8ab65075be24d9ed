import { createHash } from 'node:crypto';
import {
  type BundledFile,
  type BundleManifest,
  interpreterDirectory,
  manifestPath,
  printBundle,
  signaturePath,
} from '../../core/bundle/manifest.ts';
import { momentOf } from '../../core/bundle/oci.ts';
import { spdxText } from '../../core/bundle/spdx.ts';
import { version } from '../../core/version.ts';
import type { Layer, LayerFile } from '../../host/bundle/layer.ts';
import type { OpenFile } from '../../host/bundle/open-file.ts';
import type { Write } from '../../host/bundle/sink.ts';
import type { Machine } from '../../host/machine.ts';
import { failure } from '../../host/system/errno.ts';
import type { Gathered } from './gather.ts';
import { keeperOf, ociName } from './keeper-file.ts';
import { readSignature } from './sign.ts';

/** A bundle that is ready to be written. */
export interface Composed {
  /** The text that is signed. */
  readonly manifest: string;
  write(write: Write): Promise<void>;
  close(): Promise<void>;
  /** What went in, for people. */
  readonly told: readonly string[];
}

/** What the command line says of a bundle. */
export interface BundleWish {
  readonly keepers: readonly string[];
  /** Path of a signature over the manifest. */
  readonly signature: string | null;
  /** Seconds. */
  readonly mtime: number;
  readonly publicKey: string;
}

/** Puts a bundle together: the list of all it has, bill of materials and licences, then a layer for each file. */
export async function composeBundle(
  machine: Machine,
  found: readonly Gathered[],
  wish: BundleWish,
): Promise<Composed | { readonly why: string }> {
  const opened: OpenFile[] = [];
  const close = async (): Promise<void> => {
    for (const { file } of opened) await file.close().catch(() => {});
  };
  try {
    const composed = await compose(machine, found, wish, opened);
    if ('why' in composed) await close();
    return 'why' in composed ? composed : { ...composed, close };
  } catch (error) {
    await close();
    return {
      why: error instanceof Error && !('code' in error) ? error.message : failure('read', error).message,
    };
  }
}

async function compose(
  machine: Machine,
  found: readonly Gathered[],
  { keepers, signature, mtime, publicKey }: BundleWish,
  opened: OpenFile[],
): Promise<Omit<Composed, 'close'> | { readonly why: string }> {
  const [first] = found;
  if (first === undefined) return { why: 'there is nothing to put into a bundle' };
  const other = found.find((one) => one.machine !== first.machine);
  if (other !== undefined) return { why: `${first.path} and ${other.path} run on different machines` };
  const files: BundledFile[] = [];
  const layers: Layer[] = [];
  const add = async (
    path: string,
    at: string,
    about: Partial<BundledFile>,
    fit: (file: OpenFile) => string | null,
  ) => {
    const file = await machine.openRegular(at);
    if (!file.ok) return file.why;
    opened.push(file);
    const unfit = fit(file);
    if (unfit !== null) return unfit;
    const layer = await machine.measureLayer(
      [{ path, mode: 0o755, size: file.size, content: file.file }],
      mtime,
    );
    layers.push(layer);
    files.push({ path, kind: 'interpreter', ...about, size: file.size, sha256: layer.sums[0] ?? '' });
    return null;
  };
  for (const one of found) {
    const licenceFile = one.copyright === null ? null : licencePath(one);
    const about = { kind: 'interpreter', interpreter: { ...one.about, licenceFile } } as const;
    const why = await add(`${interpreterDirectory}/${one.name}`, one.path, about, () => null);
    if (why !== null) return { why };
    if (files.at(-1)?.sha256 !== one.sha256) return { why: `${one.path} was changed while it was read` };
  }
  for (const given of keepers) {
    let place = '';
    const known = keeperOf(given);
    if (known === null)
      return { why: `${given}: its name does not say for which machine it is: amd64 or arm64` };
    place = `binfmt-keeper/${known.name}`;
    const about = {
      kind: 'keeper',
      keeper: { architecture: known.architecture, installAs: known.installAs },
    } as const;
    const why = await add(place, given, about, known.fits);
    if (why !== null) return { why };
  }
  return finish(machine, { found, files, layers, first, mtime, signature, publicKey });
}

interface Parts {
  readonly found: readonly Gathered[];
  readonly files: readonly BundledFile[];
  readonly layers: readonly Layer[];
  readonly first: Gathered;
  readonly mtime: number;
  readonly signature: string | null;
  readonly publicKey: string;
}

async function finish(
  machine: Machine,
  parts: Parts,
): Promise<Omit<Composed, 'close'> | { readonly why: string }> {
  const { found, files, layers, mtime, signature } = parts;
  const host = { architecture: ociName(parts.first.machine), machine: parts.first.machine };
  const texts = new Map(
    found.flatMap((one) => (one.copyright === null ? [] : [[licencePath(one), one.copyright]])),
  );
  const identity = sha256(JSON.stringify(files));
  const created = momentOf(mtime);
  texts.set(
    'binfmt-keeper/sbom.spdx.json',
    spdxText({ keeper: version, host }, files, { created, identity }),
  );
  const small = [...texts].map(([path, text]): BundledFile => {
    const kind = path.endsWith('.json') ? 'sbom' : 'licence';
    return { path, kind, size: Buffer.byteLength(text), sha256: sha256(text) };
  });
  const manifest: BundleManifest = { schema: 1, keeper: version, host, files: [...small, ...files] };
  const text = printBundle(manifest);
  const signed = signature === null ? null : await readSignature(signature, text, parts.publicKey);
  if (signed !== null && 'why' in signed) return signed;
  const frontFiles: LayerFile[] = [
    fileOf(manifestPath, text),
    ...(signed === null ? [] : [fileOf(signaturePath, signed.text)]),
    ...[...texts].map(([path, content]) => fileOf(path, content)),
  ];
  const front = await machine.measureLayer(frontFiles, mtime);
  const frame = {
    ...{ architecture: host.architecture, name: 'localhost/binfmt-keeper-bundle', tag: version, mtime },
    annotations: {
      'org.opencontainers.image.title': 'interpreters for binfmt-keeper',
      'org.opencontainers.image.version': version,
    },
  };
  return {
    manifest: text,
    write: (write) => machine.writeBundle([front, ...layers], frame, write),
    told: files.map(
      (file) => `${file.path}: ${file.interpreter?.version ?? 'unknown version'}, ${file.size} bytes`,
    ),
  };
}

function fileOf(path: string, text: string): LayerFile {
  const content = Buffer.from(text);
  return { path, mode: 0o644, size: content.length, content };
}

function licencePath({ about }: Gathered): string {
  return `binfmt-keeper/licences/${(about.package?.name ?? 'unknown').replace(/[^A-Za-z0-9._+-]/g, '-')}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
