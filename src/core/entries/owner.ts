import type { Entry } from '../kernel/entry.ts';
import { type Registration, sameMatcher } from '../kernel/registration.ts';
import type { NativePrograms } from '../native/acceptance.ts';
import type { EntryOwner, OwnerKind } from './entry-report.ts';

/** A line that a file of this host declares, and which program registers it. */
export interface DeclaredLine {
  readonly by: 'systemd-binfmt' | 'binfmt-support';
  readonly where: string;
  readonly name: string;
  readonly interpreter: string;
  /** null where the file does not say it in a way that can be compared. */
  readonly registration: Registration | null;
}

/** What is known of this host beside its entries. */
export interface OwnerSigns {
  /** By the name of the entry. */
  readonly declared: ReadonlyMap<string, readonly DeclaredLine[]>;
  /** Why an entry is ours; null where it is not. */
  readonly ours: (entry: Entry) => string | null;
  /** Interpreters that are seen to be files here; null where nobody looked. */
  readonly files: ReadonlySet<string> | null;
  /** As uname(2) says it. */
  readonly kernelRelease: string;
  /** What the host runs by itself; left out where nobody knows. */
  readonly natives?: NativePrograms | undefined;
}

/**
 * Works out who registered an entry. Nothing in the kernel says so: our own record, then what files of the host
 * declare, then what only one program writes.
 */
export function ownerOfEntry(entry: Entry, signs: OwnerSigns): EntryOwner {
  const why = signs.ours(entry);
  if (why !== null) return { kind: 'ours', evidence: 'record', detail: why };
  return declaredBy(entry, signs) ?? markedBy(entry) ?? writtenLike(entry, signs) ?? nobody(entry, signs);
}

function declaredBy(entry: Entry, { declared }: OwnerSigns): EntryOwner | null {
  const same = (declared.get(entry.name) ?? []).filter((line) => isLineOf(line, entry));
  const [first] = same;
  if (first !== undefined) {
    const places = same.map(({ where }) => where).join(' and ');
    return { kind: first.by, evidence: 'declaration', detail: `declared by ${places}` };
  }
  if (entry.interpreter !== detectors) return null;
  return { kind: 'binfmt-support', evidence: 'interpreter', detail: `${detectors} is its own program` };
}

/** Puts itself in front where several formats have the same magic. */
const detectors = '/usr/lib/binfmt-support/run-detectors';

function isLineOf({ interpreter, registration }: DeclaredLine, { matcher, ...entry }: Entry): boolean {
  if (interpreter !== entry.interpreter) return false;
  if (registration === null) return true;
  return matcher !== null && registration.flags === entry.flags && sameMatcher(registration.matcher, matcher);
}

/** Programs with a name or an interpreter of their own. */
const marks: readonly {
  readonly kind: OwnerKind;
  readonly name: RegExp;
  readonly interpreter: RegExp;
  readonly what: string;
}[] = [
  { kind: 'wsl', name: /^WSLInterop/, interpreter: /^\/init$/, what: "WSL's init" },
  { kind: 'fex', name: /^FEX-/, interpreter: /\/FEX(Interpreter)?$/, what: 'FEX' },
  {
    kind: 'rosetta',
    name: /^rosetta/i,
    interpreter: /\/rosetta$/i,
    what: "Rosetta, which a machine of Apple's lends",
  },
];

function markedBy({ name, interpreter }: Entry): EntryOwner | null {
  const mark = marks.find((one) => one.interpreter.test(interpreter));
  if (mark !== undefined)
    return { kind: mark.kind, evidence: 'interpreter', detail: `${interpreter} is ${mark.what}` };
  const named = marks.find((one) => one.name.test(name));
  return named === undefined
    ? null
    : { kind: named.kind, evidence: 'line', detail: `only ${named.what} registers such a name` };
}

/**
 * Containers that register write the paths of their own image. tonistiigi's tool asks for `CF` (`P` on demand),
 * multiarch's for nothing, `F` with `-p yes`, `OC` with `-c yes`; Docker Desktop runs the former at each start.
 */
function writtenLike({ name, interpreter, flags }: Entry, signs: OwnerSigns): EntryOwner | null {
  const target = /^qemu-(.+)$/.exec(name)?.[1];
  if (target === undefined || signs.files?.has(interpreter) === true) return null;
  if (interpreter === `/usr/bin/qemu-${target}` && /^P?OCF$/.test(flags)) {
    return signs.kernelRelease.endsWith('linuxkit')
      ? line('docker', "it is the line that Docker Desktop's machine registers")
      : line('tonistiigi', 'it is the line that tonistiigi/binfmt registers');
  }
  return interpreter === `/usr/bin/qemu-${target}-static` && /^(OC)?F?$/.test(flags)
    ? line('multiarch', 'it is the line that multiarch/qemu-user-static registers')
    : null;
}

function line(kind: OwnerKind, detail: string): EntryOwner {
  return { kind, evidence: 'line', detail };
}

function nobody({ name }: Entry, { declared }: OwnerSigns): EntryOwner {
  const [other] = declared.get(name) ?? [];
  const detail =
    other === undefined ? 'nothing on this host declares it' : `${other.where} declares it, but otherwise`;
  return { kind: 'unknown', evidence: 'none', detail };
}
