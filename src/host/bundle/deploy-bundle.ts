import { rmdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CheckedBundle, checkBundle, type RefusedBundle } from '../../core/bundle/check.ts';
import type { StoredFile } from '../../core/report/store-manifest.ts';
import { removeLeftovers } from '../files/leftovers.ts';
import { createLabelling } from '../selinux/label.ts';
import type { Selinux } from '../selinux/selinux.ts';
import { inspectDirectory, prepareDirectory, type StoreFault, writeFault } from '../store/directory.ts';
import { errnoOf, failure } from '../system/errno.ts';
import type { Libc } from '../system/libc.ts';
import { commitStaged } from './commit.ts';
import { BundleFault } from './fault.ts';
import { readBundle } from './read-bundle.ts';
import { signatureFault } from './signature.ts';
import { createStaging, NoSpace, type Staging } from './staging.ts';

/** What is done with a bundle. */
export interface BundleTarget {
  readonly store: string;
  readonly label: string;
  /** Of minisign; empty where none is asked for. */
  readonly publicKey: string;
  /** e_machine of this host. */
  readonly machine: number;
  readonly dryRun: boolean;
}

/** What became of it. */
export type DeployedBundle =
  | {
      readonly ok: true;
      readonly bundle: CheckedBundle;
      readonly signed: boolean;
      /** Paths in the store; none with `dryRun`. */
      readonly deployed: readonly string[];
      /** Those of them that were there already. */
      readonly present: readonly string[];
    }
  | {
      readonly ok: false;
      readonly code: RefusedBundle['code'] | 'bundle-unsigned' | StoreFault['code'];
      readonly faults: readonly string[];
    };

/**
 * Reads a bundle once. Interpreters wait under names of temporary files until everything is verified; then they are put into their
 * places, which no one looks at before the manifest names them, and the manifest is replaced as the last step.
 */
export async function deployBundle(
  from: string,
  into: BundleTarget,
  libc: Libc | null,
  selinux: Selinux,
): Promise<DeployedBundle> {
  const { store, label, dryRun } = into;
  const absent = (await inspectDirectory(store)) === 'absent';
  const unusable = dryRun ? null : await prepareDirectory(store);
  if (unusable !== null) return { ok: false, code: unusable.code, faults: [unusable.message] };
  if (!dryRun) await removeLeftovers(store);
  const labelling = createLabelling(label, selinux, libc);
  const staging = dryRun ? null : createStaging(store, labelling);
  let kept = false;
  try {
    const verified = await verifyBundle(from, into, staging);
    if (!verified.ok) return verified;
    const { bundle, signed } = verified;
    if (staging === null) return { ok: true, bundle, signed, deployed: [], present: [] };
    const records = bundle.interpreters.map((file) => recordOf(file, from));
    const done = await commitStaged(store, staging.files, records, labelling, libc);
    kept = true;
    return { ok: true, bundle, signed, ...done };
  } catch (error) {
    return faultOf(error, from);
  } finally {
    await staging?.discard();
    if (absent && !kept) await rmdir(store).catch(() => {});
  }
}

async function verifyBundle(
  from: string,
  { publicKey, machine }: BundleTarget,
  staging: Staging | null,
): Promise<
  | { readonly ok: true; readonly bundle: CheckedBundle; readonly signed: boolean }
  | (DeployedBundle & { ok: false })
> {
  const bundle = checkBundle(await readBundle(from, staging), machine);
  if (!bundle.ok) return bundle;
  if (publicKey === '') return { ok: true, bundle, signed: false };
  const fault =
    bundle.signature === null
      ? 'it has no signature, and one of the configured key is required'
      : signatureFault(bundle.manifestText, bundle.signature, publicKey);
  return fault === null
    ? { ok: true, bundle, signed: true }
    : { ok: false, code: 'bundle-unsigned', faults: [fault] };
}

function recordOf(
  { path, size, sha256, interpreter }: CheckedBundle['interpreters'][number],
  from: string,
): StoredFile {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found = interpreter?.package ?? null;
  const of = found === null ? '' : ` (${found.name} ${found.version})`;
  const origin = `bundle ${from === '-' ? 'from stdin' : resolve(from)}${of}`;
  return {
    name,
    architecture: interpreter?.target ?? '',
    version: interpreter?.version ?? null,
    size,
    sha256,
    origin,
  };
}

function faultOf(error: unknown, from: string): DeployedBundle {
  if (error instanceof BundleFault) return { ok: false, code: 'bundle-invalid', faults: [error.message] };
  if (error instanceof NoSpace) return { ok: false, code: 'store-full', faults: [error.message] };
  const syscall = error instanceof Error && 'syscall' in error ? String(error.syscall) : '';
  const path = error instanceof Error && 'path' in error ? error.path : undefined;
  const reading = syscall === 'read' || path === from || (syscall === 'stat' && path === from);
  if (reading) return { ok: false, code: 'bundle-invalid', faults: [failure(`read ${from}`, error).message] };
  if (errnoOf(error) === '') throw error;
  const fault = writeFault('write into the store', error);
  return { ok: false, code: fault.code, faults: [fault.message] };
}
