import { readSupport, storedPairs, supportPairs } from '../kernel/binfmt-support.ts';
import { sameMatcher } from '../kernel/registration.ts';
import type { BinfmtFile, Declarations, Declared } from './binfmt-d.ts';

/** Where packages of Debian put formats for binfmt-support, and the tool that registers them. */
export const supportDirectory = '/usr/share/binfmts';
export const supportTool = '/usr/sbin/update-binfmts';

/** Where it notes what it registers, of packages and of administrators. */
export const supportStore = '/var/lib/binfmts';

/** What update-binfmts noted of what it registered; one with a detector has another line, and is known by that. */
export function readStoredFiles(files: readonly BinfmtFile[]): readonly Declared[] {
  return files.flatMap(({ path, text }) => {
    const pairs = storedPairs(text);
    const read = pairs === null ? null : readSupport(path.slice(path.lastIndexOf('/') + 1), pairs);
    return read?.ok === true ? [{ registration: read.registration, where: path }] : [];
  });
}

/**
 * What formats of binfmt-support declare, each under the name of its file. One with a detector, or with the same magic as another, is
 * none of ours: update-binfmts registers a program of its own for it, which asks the detectors.
 */
export function readSupportFiles(files: readonly BinfmtFile[]): Declarations {
  const declared: Declared[] = [];
  const faults: { readonly where: string; readonly why: string }[] = [];
  const decided: Declared[] = [];
  for (const { path, text } of files) {
    const where = `${path}:1`;
    const pairs = supportPairs(text);
    const read = pairs === null ? null : readSupport(path.slice(path.lastIndexOf('/') + 1), pairs);
    if (read === null) faults.push({ where, why: 'is no format of binfmt-support' });
    else if (read.ok) {
      const one = { registration: read.registration, where };
      (read.detector === null ? declared : decided).push(one);
    } else {
      const why = read.faults.map((f) => `${f.field}: expected ${f.expected}, got ${f.given}`).join('; ');
      faults.push({ where, why });
    }
  }
  const shared = (one: Declared): boolean =>
    [...declared, ...decided].some(
      (other) => other !== one && sameMatcher(other.registration.matcher, one.registration.matcher),
    );
  return { declared: declared.filter((one) => !shared(one)), faults };
}
