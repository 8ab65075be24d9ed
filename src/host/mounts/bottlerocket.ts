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
export async function useHostPlaces(places: HostPlaces, at = usual): Promise<readonly string[]> {
  const { store, run } = hostPlaces(places, at);
  const faults = [
    store === places.store ? null : await bound(store, places.store),
    run === places.run ? null : await bound(run, places.run),
  ];
  return faults.filter((fault) => fault !== null);
}

/** Where the host's places are in sight while nobody has taken them: for who looks and changes nothing. */
export function hostPlaces(places: HostPlaces, { root, own } = usual): HostPlaces {
  if (!existsSync(root) || pointOf(root) !== root) return places;
  // Where something else is mounted, somebody chose that.
  const isFree = (path: string): boolean => own.includes(pointOf(path) ?? '');
  const { store, run } = places;
  return {
    store: /^\/(var|opt|mnt)\//.test(store) && isFree(store) ? `${root}${store}` : store,
    run: /^\/run\/[^/]+$/.test(run) && isFree(run) ? `${root}/mnt${run.slice('/run'.length)}` : run,
  };
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
