import type { Outcome } from '../../core/outcome.ts';
import { prepareRunDirectory } from './run-directory.ts';
import { judgePath, untrusted } from './trust.ts';

/** A mount goes where a path leads, whoever has put a symlink there: nothing is done where that may be somebody else. */
export async function whereTrusted(path: string, work: (path: string) => Promise<Outcome>): Promise<Outcome> {
  const judged = await judgePath(path, 'way');
  return judged.ok || judged.code !== untrusted ? work(path) : judged;
}

/** Nothing is written, mounted or moved where somebody else could have put a link in the way. */
export async function inRunDirectory(dir: string, work: () => Promise<Outcome>): Promise<Outcome> {
  const trusted = await prepareRunDirectory(dir);
  return trusted.ok ? work() : trusted;
}

/** Why somebody else decides what a path leads to; null where nobody does, or nothing is there. */
export async function distrust(path: string): Promise<string | null> {
  const judged = await judgePath(path, 'way');
  return judged.ok || judged.code !== untrusted ? null : judged.message;
}
