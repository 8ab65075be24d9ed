import { isOlder } from '../platforms/qemu-version.ts';
import { storedPath } from '../report/store-manifest.ts';
import type { FoundFile, StoreContents } from './contents.ts';
import { type Use, type Users, usesOf } from './uses.ts';

/** One interpreter of the store, for people and programs. */
export interface ListedFile {
  readonly name: string;
  /** QEMU's target, `aarch64`. */
  readonly architecture: string;
  readonly version: string | null;
  /** Bytes. */
  readonly size: number;
  /** Empty where the manifest does not list it. */
  readonly sha256: string;
  /** The path or the bundle that it came from; null where the manifest does not list it. */
  readonly origin: string | null;
  readonly path: string;
  /** Null where the manifest lists it and nothing is there. */
  readonly inode: { readonly dev: number; readonly ino: number } | null;
  readonly uses: readonly Use[];
}

/** All interpreters, by name, the newest version of each first. */
export function listStore({ dir, listed, found }: StoreContents, users: Users): readonly ListedFile[] {
  const byPath = new Map(found.map((file) => [file.path, file]));
  const books = listed.map((file): ListedFile => {
    const path = `${dir}/${storedPath(file)}`;
    const there = byPath.get(path);
    byPath.delete(path);
    const { name, architecture, version, size, sha256, origin } = file;
    return { name, architecture, version, size, sha256, origin, path, ...factsOf(there, users) };
  });
  const others = [...byPath.values()].map((file): ListedFile => {
    const { name, size, path } = file;
    const architecture = name.replace(/^qemu-/, '');
    return {
      ...{ name, architecture, version: null, size, sha256: '', origin: null, path },
      ...factsOf(file, users),
    };
  });
  return [...books, ...others].sort(
    (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) || newerFirst(a.version, b.version),
  );
}

function factsOf(file: FoundFile | undefined, users: Users): Pick<ListedFile, 'inode' | 'uses'> {
  if (file === undefined) return { inode: null, uses: [] };
  return { inode: { dev: file.dev, ino: file.ino }, uses: usesOf(file, users) };
}

function newerFirst(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return isOlder(a, b) ? 1 : isOlder(b, a) ? -1 : 0;
}

/** What nobody uses: neither entry nor process, nor what is about to. */
export function unusedFiles({ found }: StoreContents, users: Users): readonly FoundFile[] {
  return found.filter((file) => usesOf(file, users).length === 0);
}
