import type { Config } from './schema.ts';

/** The directory of our state, socket and anchor: it is where the anchor lies. */
export function runDirectory(config: Pick<Config, 'mounts'>): string {
  return parentOf(config.mounts.anchor);
}

/** The directory that a path without a slash at its end lies in. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
