/** More than any path needs; the kernel itself stops at 40 symlinks. */
const mostSteps = 400;
const mostLinks = 40;

/** A path that the kernel would give up on as well. */
export class EndlessPath extends Error {
  readonly code = 'ELOOP';
}

/**
 * Follows a path as the kernel does, a component at a time, so that whoever drives it can ask something of each before
 * the next one is touched. Yields the place of each component, which has no symlinks above it, and is told what lies
 * there: the target of a symlink, an empty string for everything else, null for nothing, which ends the walk. Returns
 * the path without symlinks. `..` after a symlink leaves the directory that the symlink led to, as it does for the kernel.
 */
export function* walk(path: string): Generator<string, string, string | null> {
  let at = '/';
  let rest = path.split('/');
  let links = 0;
  yield at;
  for (let steps = 0; rest.length > 0; steps++) {
    const [name = '', ...after] = rest;
    rest = after;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = parentOf(at);
      continue;
    }
    const next = at === '/' ? `/${name}` : `${at}/${name}`;
    const link = yield next;
    if (link === null) return next;
    if (link === '') {
      at = next;
      continue;
    }
    if (++links > mostLinks || steps > mostSteps)
      throw new EndlessPath(`ELOOP: too many symbolic links: ${path}`);
    if (link.startsWith('/')) at = '/';
    rest = [...link.split('/'), ...after];
  }
  return at;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
