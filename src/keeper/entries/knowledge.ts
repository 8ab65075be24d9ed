import type { ProvedEntry } from '../../core/entries/draw.ts';
import type { DeclaredLine, OwnerSigns } from '../../core/entries/owner.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import {
  type Declarations as BinfmtDeclarations,
  filesInForce,
  readDeclarations,
} from '../../core/plan/binfmt-d.ts';
import { readStoredFiles, readSupportFiles } from '../../core/plan/binfmt-support.ts';
import { sameEntry } from '../../core/plan/memory.ts';
import { isStored } from '../../core/plan/ownership.ts';
import type { Problem } from '../../core/problems.ts';
import type { Declarations } from '../../host/files/facet.ts';
import type { Stores } from '../../host/store/facet.ts';
import type { System, Timed } from '../../host/system/facet.ts';
import type { Situation } from '../prepare/situation.ts';
import type { LiveMemory } from '../record/memory.ts';

/** What it uses of the machine. */
type Host = System & Timed & Declarations & Stores;

/** What is known of all entries of the instance beside their text, whoever registered them. */
export interface EntryKnowledge {
  /** Reads again what files of the host declare, where that is too long ago; resolves when it is there, and never fails. */
  refresh(): Promise<void>;
  /** Who registered what. */
  signs(): OwnerSigns;
  /** What a probe found of a registration, by `identify(entry)`. */
  readonly proved: Map<string, ProvedEntry>;
  /** What looks at interpreters found wrong with a registration, by `identify(entry)`. */
  found(): ReadonlyMap<string, readonly Problem[]>;
}

/** Files of others change when packages are installed. */
const freshMs = 10_000;

/** Nothing is known yet. */
export function createEntryKnowledge(
  machine: Host,
  situation: () => Situation,
  memory: LiveMemory,
  found: EntryKnowledge['found'],
): EntryKnowledge {
  let declared: OwnerSigns['declared'] = new Map();
  let files: OwnerSigns['files'] = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;
  const kernelRelease = machine.kernelRelease();
  const read = async (): Promise<void> => {
    [declared, files] = await Promise.all([readDeclaredLines(machine), filesAmong(machine, situation())]);
    readAt = machine.clock.now();
  };
  return {
    async refresh() {
      if (machine.clock.now() - readAt < freshMs) return;
      running ??= read().finally(() => {
        running = null;
      });
      await running;
    },
    signs: () => ({
      declared,
      kernelRelease,
      natives: situation().world.desired.natives,
      files,
      ours({ name, id, interpreter }) {
        const { desired } = situation().world;
        if (isStored(interpreter, desired.store, memory)) return 'its interpreter lies in the store';
        const record = memory.records.get(name);
        return record !== undefined && sameEntry(record.id, id) ? 'the keeper registered it' : null;
      },
    }),
    proved: new Map(),
    found,
  };
}

/** Those interpreters, of entries that are named as containers name theirs, that are files here. */
async function filesAmong(machine: Stores, { repair }: Situation): Promise<ReadonlySet<string>> {
  const { observed } = repair.view();
  const named = (observed.all ?? observed.entries).filter(({ name }) => name.startsWith('qemu-'));
  const found = new Set<string>();
  for (const path of new Set(named.map(({ interpreter }) => interpreter))) {
    if (!path.startsWith('/usr/bin/')) continue;
    const file = await machine.inspectInterpreter(textOf(path), { requireStatic: false });
    if (file.ok || !isAbsent.has(file.code)) found.add(path);
  }
  return found;
}

const isAbsent: ReadonlySet<string> = new Set(['interpreter-missing', 'interpreter-unreachable']);

/** What both tools would register, by the entry's name; where both declare a line, systemd does so at each boot. */
export async function readDeclaredLines(machine: Declarations): Promise<OwnerSigns['declared']> {
  const { directories, support, stored } = await machine.readBinfmtD();
  return byName([
    ...linesOf('systemd-binfmt', readDeclarations(filesInForce(directories))),
    ...linesOf('binfmt-support', readSupportFiles(support)),
    ...linesOf('binfmt-support', { declared: readStoredFiles(stored) }),
  ]);
}

function linesOf(
  by: DeclaredLine['by'],
  { declared }: Pick<BinfmtDeclarations, 'declared'>,
): readonly DeclaredLine[] {
  return declared.map(({ registration, where }) => {
    const { name, interpreter } = registration;
    return { by, where, name, interpreter, registration };
  });
}

function byName(lines: readonly DeclaredLine[]): OwnerSigns['declared'] {
  const found = new Map<string, DeclaredLine[]>();
  for (const line of lines) {
    const list = found.get(line.name);
    if (list === undefined) found.set(line.name, [line]);
    else list.push(line);
  }
  return found;
}
