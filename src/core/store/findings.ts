import type { ProblemCode } from '../problems.ts';
import type { StoredFile } from '../report/store-manifest.ts';
import { storedPath } from '../report/store-manifest.ts';
import type { FoundFile, StoreContents } from './contents.ts';

/** Something in the store that is not as it should be. */
export interface StoreFinding {
  readonly path: string;
  readonly code: Extract<ProblemCode, `store-file-${string}` | 'store-manifest-damaged'>;
  /** What was expected and what was found. */
  readonly message: string;
}

/** What reading a file again showed. */
export type Reading =
  | { readonly kind: 'read'; readonly sha256: string; readonly size: number }
  | { readonly kind: 'failed'; readonly why: string };

/** Faults of the list itself, without a look at any file. */
export function manifestFindings({ dir, manifest, listed, found }: StoreContents): readonly StoreFinding[] {
  const path = `${dir}/manifest.json`;
  const fault = (message: string): StoreFinding => ({ path, code: 'store-manifest-damaged', message });
  if (manifest === 'damaged') return [fault('it cannot be read as a list of interpreters')];
  if (manifest === 'absent')
    return found.length === 0
      ? []
      : [fault(`it is not there, beside ${found.length} file${found.length === 1 ? '' : 's'}`)];
  const seen = new Set<string>();
  return listed.flatMap((file) => {
    const at = storedPath(file);
    const twice = seen.has(at);
    seen.add(at);
    if (twice) return [fault(`it lists ${at} twice`)];
    const target = file.name.replace(/^qemu-/, '');
    return file.architecture === target
      ? []
      : [fault(`it says that ${at} is for ${file.architecture}, by its name it is for ${target}`)];
  });
}

/** What the manifest lists and nothing lies there. */
export function missingFindings({ dir, listed, found }: StoreContents): readonly StoreFinding[] {
  const there = new Set(found.map(({ path }) => path));
  return listed
    .map((file) => `${dir}/${storedPath(file)}`)
    .filter((path) => !there.has(path))
    .map((path) => ({
      path,
      code: 'store-file-missing',
      message: 'the manifest lists it, and nothing is there',
    }));
}

/** What is wrong with one file; `distrust` and `label` say what is wrong with its owner and its label. */
export function fileFindings(
  file: FoundFile,
  listed: StoredFile | undefined,
  seen: { readonly reading: Reading; readonly owner: string | null; readonly label: string | null },
): readonly StoreFinding[] {
  const { path } = file;
  const findings: StoreFinding[] = [];
  const add = (code: StoreFinding['code'], message: string) => findings.push({ path, code, message });
  if (!file.regular) {
    add('store-file-kind', 'expected a regular file');
    return findings;
  }
  const wrongMode = (file.mode & 0o7777) !== 0o755;
  if (wrongMode) add('store-file-mode', `expected mode 0755, got ${octal(file.mode)}`);
  if (seen.owner !== null) add('store-file-owner', seen.owner);
  if (seen.label !== null) add('store-file-label', seen.label);
  if (seen.reading.kind === 'failed') add('store-file-unreadable', seen.reading.why);
  else {
    const { sha256, size } = seen.reading;
    const expected = listed?.sha256 ?? file.hash;
    if (!sha256.startsWith(expected))
      add('store-file-differs', `expected SHA-256 ${expected}${listed ? '' : '…'}, got ${sha256}`);
    else if (listed !== undefined && listed.size !== size)
      add('store-manifest-damaged', `the manifest says ${listed.size} bytes, it has ${size}`);
  }
  if (listed === undefined) add('store-file-unlisted', 'the manifest does not list it');
  return findings;
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

/** What lies in the store and is nothing of ours. */
export function strangeFindings({ strange }: StoreContents): readonly StoreFinding[] {
  return strange.map((path) => ({
    path,
    code: 'store-file-unknown',
    message: 'the keeper has put nothing of that name here',
  }));
}
