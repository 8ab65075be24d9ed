import { isObject, parseJson } from '../text/json.ts';

/** What stands for a blob in an OCI document. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Seconds since 1970 as documents have a moment. */
export function momentOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}

/** The text of the file that says what kind of directory it is. */
export const layoutText = '{"imageLayoutVersion":"1.0.0"}\n';

export const configType = 'application/vnd.oci.image.config.v1+json';
export const layerType = 'application/vnd.oci.image.layer.v1.tar';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** The configuration of the image; without a command, because nothing in it is to be run as a container. */
export function configText(architecture: string, created: string, diffIds: readonly string[]): string {
  const history = diffIds.map(() => ({ created, created_by: 'binfmt-keeper store export' }));
  const rootfs = { type: 'layers', diff_ids: diffIds };
  return text({ architecture, os: 'linux', created, config: {}, rootfs, history });
}

/** The image. */
export function imageText(
  config: Descriptor,
  layers: readonly Descriptor[],
  annotations: Annotations,
): string {
  return text({ schemaVersion: 2, mediaType: manifestType, config, layers, annotations });
}

type Annotations = Readonly<Record<string, string>>;

/** The entry to the layout: podman takes the name from one annotation, containerd from the other. */
export function indexText(
  image: Omit<Descriptor, 'mediaType'>,
  name: string,
  tag: string,
  architecture: string,
): string {
  const annotations = {
    'io.containerd.image.name': `${name}:${tag}`,
    'org.opencontainers.image.ref.name': `${name}:${tag}`,
  };
  const one = { mediaType: manifestType, ...image, annotations, platform: { architecture, os: 'linux' } };
  return text({ schemaVersion: 2, mediaType: indexType, manifests: [one] });
}

function text(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The images that an index names; a sentence where it is none. */
export function readIndex(given: string): readonly Descriptor[] | string {
  const value = parseJson(given);
  const list = isObject(value) && value.schemaVersion === 2 ? value.manifests : undefined;
  if (!Array.isArray(list) || !list.every(isDescriptor)) return 'index.json is no index of OCI images';
  return list;
}

/** Configuration and layers of an image; a sentence where it is none. */
export function readImage(
  given: string,
): { readonly config: Descriptor; readonly layers: readonly Descriptor[] } | string {
  const value = parseJson(given);
  if (!isObject(value) || value.schemaVersion !== 2) return 'the image that index.json names is no OCI image';
  const { config, layers } = value;
  if (!isDescriptor(config) || !Array.isArray(layers) || !layers.every(isDescriptor))
    return 'the image that index.json names is no OCI image';
  return { config, layers };
}

function isDescriptor(value: unknown): value is Descriptor {
  return (
    isObject(value) &&
    typeof value.mediaType === 'string' &&
    typeof value.digest === 'string' &&
    /^sha256:[0-9a-f]{64}$/.test(value.digest) &&
    Number.isSafeInteger(value.size) &&
    Number(value.size) >= 0
  );
}
