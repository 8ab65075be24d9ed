import { isObject } from '../text/json.ts';
/** One interpreter in the store. */
export interface StoredFile {
  /** File name, `qemu-aarch64`. */
  readonly name: string;
  /** QEMU's target, `aarch64`. */
  readonly architecture: string;
  /** QEMU's version; null where it would not say. */
  readonly version: string | null;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** The path that it was copied from. */
  readonly origin: string;
}

/** The store's table of contents; the newest deployment of a name stands last. */
export interface Manifest {
  readonly schema: 1;
  readonly files: readonly StoredFile[];
}

/** The manifest of an empty store. */
export const emptyManifest: Manifest = { schema: 1, files: [] };

/** Reads a manifest; null where it is damaged or of another schema. */
export function parseManifest(text: string): Manifest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || value.schema !== 1) return null;
  const files = value.files;
  return Array.isArray(files) && files.every(isStoredFile) ? { schema: 1, files } : null;
}

/** The text that `parseManifest` reads back. */
export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The same manifest with one file added, or moved to the end with new facts. */
export function withFile(manifest: Manifest, file: StoredFile): Manifest {
  return { schema: 1, files: [...manifest.files.filter((other) => !sameFile(other, file)), file] };
}

/** Where a file lies below the store: the path carries the hash, so that an entry shows which version it pins. */
export function storedPath(file: Pick<StoredFile, 'name' | 'sha256'>): string {
  return `${file.sha256.slice(0, 16)}/${file.name}`;
}

function sameFile(one: StoredFile, other: StoredFile): boolean {
  return one.name === other.name && one.sha256 === other.sha256;
}

function isStoredFile(value: unknown): value is StoredFile {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    isPlainName(value.name) &&
    typeof value.architecture === 'string' &&
    (value.version === null || typeof value.version === 'string') &&
    typeof value.size === 'number' &&
    typeof value.sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(value.sha256) &&
    typeof value.origin === 'string'
  );
}

/** A name that stays inside its directory. */
function isPlainName(name: string): boolean {
  return name !== '' && !name.includes('/') && !name.startsWith('.');
}
