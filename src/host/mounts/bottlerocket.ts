import { existsSync } from 'node:fs';
import { mountOf } from '../../core/kernel/mountinfo.ts';
import { makeDirectories } from '../files/directories.ts';
import { failure } from '../system/errno.ts';
import { loadLibc } from '../system/libc.ts';
import { readMounts } from '../system/mount-table.ts';
import { createMounter } from './mounter.ts';

/** The places of the host that the keeper uses. */
export interface HostPlaces {
  /** Where interpreters are deployed. */
  readonly store: string;
  /** The run directory, below which the anchor is mounted. */
  readonly run: string;
}

/**
 * Host and bootstrap containers of Bottlerocket have the host below `/.bottlerocket/rootfs`, while their own files carry
 * a label (`secret_t`) that keeps every ordinary container out. So directories that are not volumes are taken from the
 * host: the store at its own path, which the entries then name rightly, and the run directory below `/mnt`, from where
 * alone mounts of such a container reach the host (bottlerocket#1601). Returns what failed, as sentences.
 */
export async function useHostPlaces(
  { store, run }: HostPlaces,
  { root, own } = usual,
): Promise<readonly string[]> {
  if (!existsSync(root) || pointOf(root) !== root) return [];
  const bind = async (source: string, target: string): Promise<string | null> =>
    // Where something else is mounted, somebody chose that.
    own.includes(pointOf(target) ?? '') ? bound(source, target) : null;
  const faults = [
    /^\/(var|opt|mnt)\//.test(store) ? await bind(`${root}${store}`, store) : null,
    /^\/run\/[^/]+$/.test(run) ? await bind(`${root}/mnt${run.slice('/run'.length)}`, run) : null,
  ];
  return faults.filter((fault) => fault !== null);
}

/** Where the host is, and the mounts whose files are the container's own. */
const usual = { root: '/.bottlerocket/rootfs', own: ['/'] };

function pointOf(path: string): string | undefined {
  return mountOf(readMounts(), path)?.mountPoint;
}

async function bound(source: string, target: string): Promise<string | null> {
  try {
    await makeDirectories(source);
    await makeDirectories(target);
  } catch (error) {
    return failure(`make ${source} and ${target}`, error).message;
  }
  const outcome = createMounter(await loadLibc()).bind(source, target);
  return outcome.ok ? null : `bind ${source} to ${target}: ${outcome.message}`;
}
