import type { Config } from '../../core/config/config.ts';
import { storedPath } from '../../core/report/store-manifest.ts';
import type { PackageFacts } from '../../core/store/package-facts.ts';
import type { Machine } from '../../host/machine.ts';
import { hostNameOf } from '../../host/mounts/host-path.ts';

/** A file behind an entry, as far as it can be known; `why` says what hinders. */
export interface TracedFile {
  readonly file: {
    /** Without symlinks. */
    readonly path: string;
    readonly dev: number;
    readonly ino: number;
    readonly bornMs: number;
    /** Bytes. */
    readonly size: number;
    readonly sha256: string;
  } | null;
  readonly why: string | null;
  readonly version: string | null;
  /** Whether the manifest of the store says so, or the file itself. */
  readonly versionBy: 'manifest' | 'file' | null;
  /** What it was deployed from; null where it is not of the store. */
  readonly origin: string | null;
  readonly package: Omit<PackageFacts, 'copyright'> | null;
}

/** Reads the file at a path and follows it to where it came from. Nothing of it is run. */
export async function traceFile(machine: Machine, config: Config, interpreter: string): Promise<TracedFile> {
  const { store } = config.interpreters;
  const name = hostNameOf(store);
  // Entries call the store as the host does.
  const path = interpreter.startsWith(`${name}/`) ? `${store}${interpreter.slice(name.length)}` : interpreter;
  const read = await machine.readThrough(path);
  if (!read.ok) return { ...nothing, why: read.why };
  const { ok: _, emulator, ...file } = read;
  const listed = path.startsWith(`${store}/`)
    ? (await machine.createStore(store).list()).find((one) => path === `${store}/${storedPath(one)}`)
    : undefined;
  const sameAsListed = listed !== undefined && listed.sha256 === file.sha256;
  const why = listed !== undefined && !sameAsListed ? 'its content is not what was deployed' : null;
  const version = (sameAsListed ? listed.version : null) ?? emulator?.version ?? null;
  const versionBy = version === null ? null : sameAsListed && listed.version !== null ? 'manifest' : 'file';
  const origin = listed?.origin ?? null;
  return { file, why, version, versionBy, origin, package: await packageBehind(machine, file, origin) };
}

const nothing: TracedFile = {
  ...{ file: null, why: null, version: null, versionBy: null, origin: null, package: null },
};

/** A package says something of what was copied from it only as long as its file is still that one. */
async function packageBehind(
  machine: Machine,
  file: { readonly path: string; readonly sha256: string },
  origin: string | null,
): Promise<TracedFile['package']> {
  if (origin !== null) {
    const there = origin.startsWith('/') ? await machine.readThrough(origin) : null;
    if (!there?.ok || there.sha256 !== file.sha256) return null;
  }
  const found = await machine.packageOf(origin ?? file.path);
  if (found === null) return null;
  const { copyright: _, ...facts } = found;
  return facts;
}
