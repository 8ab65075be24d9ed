import { unclearLine } from '../kernel/misread.ts';
import type { Registration } from '../kernel/registration.ts';
import { parseLine } from '../kernel/registration-line.ts';

/** A file of a binfmt.d directory; text and path are byte strings. */
export interface BinfmtFile {
  readonly path: string;
  readonly text: string;
}

/** A registration that a file declares, and where: `FILE:LINE`. */
export interface Declared {
  readonly registration: Registration;
  readonly where: string;
}

/** What files declare, in the order of registration, and what is wrong with them; one fault never hides the next. */
export interface Declarations {
  readonly declared: readonly Declared[];
  readonly faults: readonly { readonly where: string; readonly why: string }[];
}

/** Where systemd looks, the first having the last word (binfmt.d(5)). */
export const binfmtDirectories = [
  '/etc/binfmt.d',
  '/run/binfmt.d',
  '/usr/local/lib/binfmt.d',
  '/usr/lib/binfmt.d',
] as const;

/**
 * Picks the files in force, as systemd does: of each file name the one in the earliest directory, in the order of the
 * names. So an empty file, or a symlink to /dev/null, which reads as an empty one, masks those behind it.
 */
export function filesInForce(directories: readonly (readonly BinfmtFile[])[]): readonly BinfmtFile[] {
  const byName = new Map<string, BinfmtFile>();
  for (const file of directories.flat()) {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    if (!byName.has(name)) byName.set(name, file);
  }
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}

/** Reads the lines of files in force. A name that is declared again is registered again, so the last one counts. */
export function readDeclarations(files: readonly BinfmtFile[]): Declarations {
  const declared = new Map<string, Declared>();
  const faults: Declarations['faults'][number][] = [];
  for (const { path, text } of files) {
    for (const [at, raw] of text.split('\n').entries()) {
      const line = strip(raw);
      if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
      const where = `${path}:${at + 1}`;
      const unclear = unclearLine(line);
      const read = parseLine(line);
      if (unclear.length > 0) {
        faults.push({ where, why: unclear.map((f) => `${f.field} ${f.why}`).join('; ') });
      } else if (read.ok) {
        const { name } = read.registration;
        declared.delete(name);
        declared.set(name, { registration: read.registration, where });
      } else {
        const why = read.faults.map((f) => `${f.field}: expected ${f.expected}, got ${f.given}`).join('; ');
        faults.push({ where, why });
      }
    }
  }
  return { declared: [...declared.values()], faults };
}

/** The characters that systemd's strstrip takes off both ends. */
function strip(line: string): string {
  return line.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
}

/** The value MASK of a remedy: what takes a file out of force. A file of the administrator is edited instead. */
export function maskOf(where: string): Readonly<Record<string, string>> {
  const name = /^\/(?:usr\/lib|usr\/local\/lib|lib|run)\/binfmt\.d\/([^/:]+)/.exec(where)?.[1];
  return name === undefined ? {} : { MASK: `/etc/binfmt.d/${name}` };
}
