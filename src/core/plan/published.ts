import { type Registration, renderLine } from '../kernel/registration.ts';
import { architectureOf } from '../platforms/catalogue.ts';
import { matcherOf } from '../platforms/catalogue-magic.ts';
import type { Problem } from '../problems.ts';
import { readDeclarations } from './binfmt-d.ts';
import { sameRegistration } from './custody.ts';
import type { Desired } from './desired.ts';
import type { Handler } from './handler.ts';
import { ownerOf } from './ownership.ts';

/** Where systemd looks for files that live as long as the boot; of the same name they replace those of packages. */
export const publishedDirectory = '/run/binfmt.d';

/** A file of that directory; null for what is no plain file and thus not ours. Byte strings. */
export interface FoundFile {
  readonly name: string;
  readonly text: string | null;
}

/** What is to be published, and which handlers cannot be. */
export interface Publication {
  /** Under the usual names, not those of our own entries. */
  readonly lines: readonly Registration[];
  readonly faults: readonly Problem[];
}

/** What is to be done in the directory. */
export interface FilePlan {
  readonly write: readonly { readonly name: string; readonly text: string }[];
  /** Names of files of ours that nothing wants any more. */
  readonly remove: readonly string[];
  /** Names that somebody else has. */
  readonly taken: readonly string[];
}

/** The name under which other tools, and systemd's files of distributions, register a target. */
export function usualName(target: string): string {
  return `qemu-${target}`;
}

/**
 * A platform's handler under the name and with the bytes that other tools give it; null for what users write themselves,
 * which has the name that they gave it.
 */
export function usualRegistration({ key, registration }: Handler, { prefix }: Desired): Registration | null {
  const architecture = architectureOf(key);
  if (architecture === undefined || registration.name !== `${prefix}${key}`) return null;
  return { ...registration, name: usualName(key), matcher: matcherOf(architecture) };
}

/**
 * The lines of the handlers of a desired state whose interpreters lie in the store: an entry that systemd makes of
 * them is known as ours by that. Names of our own entries are never published: healed between systemd's delete and its
 * register, they would make its restart fail.
 */
export function publicationOf(desired: Desired): Publication {
  const lines: Registration[] = [];
  const faults: Problem[] = [];
  let inPlace = 0;
  for (const handler of desired.handlers) {
    const line = usualRegistration(handler, desired);
    if (line === null) continue;
    if (!line.interpreter.startsWith(`${desired.store}/`)) {
      inPlace += 1;
      continue;
    }
    const why = objection(line, desired);
    if (why === null) lines.push(line);
    else faults.push({ code: 'binfmt-d-unpublished', subject: line.name, detail: why });
  }
  if (inPlace > 0) {
    const detail = `${inPlace} use emulators in place, and only those of the store are published`;
    faults.push({ code: 'binfmt-d-unpublished', subject: 'interpreters.deploy', detail });
  }
  return { lines, faults };
}

function objection(line: Registration, desired: Desired): string | null {
  const { name } = line;
  if (ownerOf(name, desired) !== null || (desired.prefix !== '' && name.startsWith(desired.prefix)))
    return 'the keeper has that name for an entry of its own';
  if (desired.adopted.has(name)) return 'it is adopted: somebody else registers it';
  const { declared } = readDeclarations([{ path: '', text: publishedText(line) }]);
  const [read] = declared;
  return declared.length === 1 &&
    read?.registration.name === name &&
    sameRegistration(read.registration, line)
    ? null
    : 'its line cannot be written as binfmt.d(5) has it';
}

/**
 * The whole file for one line, as a byte string. It has the name that distributions use, so that it takes the place of
 * theirs, and one of that name in /etc the place of it.
 */
export function publishedText(line: Registration): string {
  const mask = `# To keep systemd from registering it: ln -s /dev/null /etc/binfmt.d/${line.name}.conf`;
  return `${mark}\n${mask}\n${String.fromCharCode(...renderLine(line))}\n`;
}

/** Whether a file's text is ours. */
export function isPublished(text: string | null): boolean {
  return text?.startsWith(`${mark}\n`) ?? false;
}

const mark = '# Written by binfmt-keeper (publish.binfmtD), which overwrites and removes it.';

/** The names of entries that files of ours speak of. */
export function namesIn(files: readonly FoundFile[]): readonly string[] {
  return files.filter((file) => isPublished(file.text)).map((file) => file.name.replace(/\.conf$/, ''));
}

/** The usual names of what is wanted and only waits for its interpreter: what is published of it stays. */
export function sparedNames({ unready = [] }: Desired): ReadonlySet<string> {
  return new Set(unready.map((handler) => usualName(handler.key)));
}

/**
 * Compares what is wanted with what is there; a file of somebody else is neither written nor removed, and one of a
 * name that is spared stays as it is.
 */
export function planFiles(
  lines: readonly Registration[],
  found: readonly FoundFile[],
  spared: ReadonlySet<string> = new Set(),
): FilePlan {
  const there = new Map(found.map((file) => [file.name, file.text]));
  const wanted = lines.map((line) => ({ name: `${line.name}.conf`, text: publishedText(line) }));
  const isTaken = ({ name }: { readonly name: string }): boolean =>
    there.has(name) && !isPublished(there.get(name) ?? null);
  const names = new Set([...wanted.map((file) => file.name), ...[...spared].map((name) => `${name}.conf`)]);
  return {
    write: wanted.filter((file) => !isTaken(file) && there.get(file.name) !== file.text),
    remove: found.filter((f) => isPublished(f.text) && !names.has(f.name)).map((f) => f.name),
    taken: wanted.filter(isTaken).map((file) => file.name),
  };
}
