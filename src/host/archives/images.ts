import type { Blobs } from './blobs.ts';
import { ArchiveFault } from './fault.ts';

/** One image of an archive or layout: its layers from the bottom to the top. */
export interface Image {
  /** The names it has; empty where none is given. */
  readonly names: readonly string[];
  /** What it says of itself, `linux/arm64`; null where it says nothing. */
  readonly platform: string | null;
  readonly layers: readonly string[];
  /** Its description is not in the archive: other platforms of it are. */
  readonly absent: boolean;
}

/** The images that are in there, by the OCI layout or by `docker save`; null where it is no image at all. */
export async function imagesIn(blobs: Blobs): Promise<readonly Image[] | null> {
  const index = await blobs.text('index.json');
  const docker = await blobs.text('manifest.json');
  if (index !== null && (await blobs.text('oci-layout')) !== null) {
    const images = await ofIndex(blobs, parsed(index, 'index.json'), 0, { left: mostImages });
    if (images.length > 0 || docker === null) return images;
  }
  return docker === null ? null : ofDocker(blobs, docker);
}

const mostImages = 1000;
const deepest = 4;
const mostLayers = 1000;

async function ofIndex(
  blobs: Blobs,
  index: Json,
  depth: number,
  budget: { left: number },
): Promise<readonly Image[]> {
  const images: Image[] = [];
  for (const entry of list(index, 'manifests')) {
    budget.left -= 1;
    if (budget.left < 0) throw new ArchiveFault('too-much', `it has more than ${mostImages} images`);
    const platform = platformText(object(entry, 'platform'));
    // What builders attach to images (provenance, lists of parts) is none.
    if (platform === 'unknown/unknown') continue;
    const names = namesOf(entry);
    const blob = blobName(text(entry, 'digest'));
    const body = await blobs.text(blob);
    if (body === null) {
      images.push({ names, platform, layers: [], absent: true });
      continue;
    }
    const manifest = parsed(body, blob);
    if (Array.isArray(manifest.manifests)) {
      if (depth >= deepest)
        throw new ArchiveFault('too-much', `its index goes deeper than ${deepest} levels`);
      const inner = await ofIndex(blobs, manifest, depth + 1, budget);
      images.push(...inner.map((one) => ({ ...one, names: one.names.length === 0 ? names : one.names })));
    } else images.push(await ofManifest(blobs, manifest, names, platform));
  }
  return images;
}

async function ofManifest(
  blobs: Blobs,
  manifest: Json,
  names: readonly string[],
  given: string | null,
): Promise<Image> {
  const config = text(object(manifest, 'config') ?? {}, 'digest');
  const own = config === '' ? null : await blobs.text(blobName(config));
  const layers = list(manifest, 'layers').map((layer) => blobName(text(layer, 'digest')));
  checkLayers(layers);
  return {
    names,
    platform: given ?? platformText(own === null ? null : parsed(own, config)),
    layers,
    absent: false,
  };
}

/** Much has a manifest.json; Docker's is a list of images with their layers. */
async function ofDocker(blobs: Blobs, body: string): Promise<readonly Image[] | null> {
  const manifest = jsonOf(body);
  const entries = Array.isArray(manifest) ? manifest.filter(isJson) : [];
  if (entries.length === 0 || !entries.every((one) => Array.isArray(one.Layers) && 'Config' in one))
    return null;
  if (entries.length > mostImages)
    throw new ArchiveFault('too-much', `it has more than ${mostImages} images`);
  const images: Image[] = [];
  for (const entry of entries) {
    const config = text(entry, 'Config');
    const own = await blobs.text(inside(config));
    const layers = (Array.isArray(entry.Layers) ? entry.Layers : []).map((name) => inside(String(name)));
    checkLayers(layers);
    const names = Array.isArray(entry.RepoTags) ? entry.RepoTags.map(String) : [];
    images.push({
      names,
      platform: platformText(own === null ? null : parsed(own, config)),
      layers,
      absent: false,
    });
  }
  return images;
}

type Json = Readonly<Record<string, unknown>>;

function parsed(body: string, name: string): Json {
  const value = jsonOf(body);
  if (isJson(value)) return value;
  throw new ArchiveFault('damaged', `its ${name} is no JSON object`);
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function list(value: Json, key: string): readonly Json[] {
  const found = value[key];
  return Array.isArray(found) ? found.filter(isJson) : [];
}

function object(value: Json, key: string): Json | null {
  const found = value[key];
  return isJson(found) ? found : null;
}

function text(value: Json, key: string): string {
  const found = value[key];
  return typeof found === 'string' ? found : '';
}

function namesOf(entry: Json): readonly string[] {
  const annotations = object(entry, 'annotations') ?? {};
  const name =
    text(annotations, 'io.containerd.image.name') || text(annotations, 'org.opencontainers.image.ref.name');
  return name === '' ? [] : [name];
}

function platformText(from: Json | null): string | null {
  const [os, architecture, variant] = ['os', 'architecture', 'variant'].map((key) => text(from ?? {}, key));
  if (!os || !architecture) return null;
  return [os, architecture, variant].filter((part) => part !== '').join('/');
}

function blobName(digest: string): string {
  const [, algorithm, hex] = /^(sha256|sha512):([0-9a-f]{64,128})$/.exec(digest) ?? [];
  if (algorithm === undefined) throw new ArchiveFault('damaged', `${JSON.stringify(digest)} is no digest`);
  return `blobs/${algorithm}/${hex}`;
}

/** Names of Docker's lists are paths of the archive; one that leads out is no part of it. */
function inside(name: string): string {
  if (name.startsWith('/') || name.split('/').includes('..'))
    throw new ArchiveFault('damaged', `${JSON.stringify(name)} leads out of the archive`);
  return name;
}

function checkLayers(layers: readonly string[]): void {
  if (layers.length > mostLayers)
    throw new ArchiveFault('too-much', `an image of it has ${layers.length} layers`);
}
