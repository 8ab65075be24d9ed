import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { sameEntry } from '../../core/plan/memory.ts';
import { parseState, type RecordedEntry } from '../../core/report/state-file.ts';
import type { NamingEntry, Users } from '../../core/store/uses.ts';
import type { Machine } from '../../host/machine.ts';
import { hostNameOf } from '../../host/mounts/host-path.ts';
import { toEntry } from '../../keeper/repair/observe.ts';

/** The instance as it stands, and what the keeper wrote down of it. */
export interface SeenEntries {
  /** In the kernel's order. */
  readonly entries: readonly Entry[];
  /** Why there may be entries that are not seen; null where all are. */
  readonly why: string | null;
  readonly recorded: readonly RecordedEntry[];
}

/** Reads all entries without a change to any mount; where both mounts have an instance of their own, both. */
export async function seeEntries(machine: Machine, { mounts }: Config): Promise<SeenEntries> {
  const view = await machine.observeMounts(mounts);
  const recorded = await readRecord(machine, runDirectory({ mounts }));
  const entries: Entry[] = [];
  const roots = new Set<number>();
  const faults: string[] = [];
  for (const which of ['main', 'anchor'] as const) {
    if (view[which].kind !== 'binfmt') continue;
    const opened = machine.openInstance(mounts[which]);
    if (!opened.ok) {
      faults.push(opened.message);
      continue;
    }
    const { instance } = opened;
    try {
      if (roots.has(instance.root.dev)) continue;
      roots.add(instance.root.dev);
      for (const name of instance.names()) {
        const raw = instance.read(name);
        if (raw !== null) entries.push(toEntry(name, raw));
      }
    } finally {
      instance.close();
    }
  }
  const why =
    faults[0] ??
    (roots.size === 0 ? `binfmt_misc is mounted neither at ${mounts.main} nor at ${mounts.anchor}` : null);
  return { entries, why, recorded };
}

/** What the keeper recorded on this boot; a damaged file is left for the keeper to set aside. */
async function readRecord(machine: Machine, dir: string): Promise<readonly RecordedEntry[]> {
  const trusted = await machine.inspectRunDirectory(dir);
  const text = trusted.ok ? await machine.readFile(`${dir}/state.json`) : null;
  const parsed = text === null ? null : parseState(text, machine.bootId());
  return parsed?.ok ? parsed.state.entries : [];
}

/** Who may be using the store, and what of that cannot be seen. */
export async function seeUsers(
  machine: Machine,
  config: Config,
): Promise<{ readonly users: Users; readonly blind: readonly string[] }> {
  const { entries, why, recorded } = await seeEntries(machine, config);
  const programs = await machine.storedPrograms();
  const { directories, faults } = await machine.readBinfmtD();
  const blind = [
    why,
    programs.ok ? null : programs.why,
    faults[0] === undefined ? null : `${faults[0].path}: ${faults[0].why}`,
  ];
  const users: Users = {
    entries: entries.map((entry) => namingEntry(entry, recorded)),
    processes: programs.ok ? programs.processes : [],
    remembered: new Set(recorded.flatMap((r) => (r.interpreter === null ? [] : [r.interpreter.path]))),
    declarations: directories.flat().map((file) => textOf(file.text)),
    nowMs: Date.now(),
    storeName: hostNameOf(config.interpreters.store),
  };
  return { users, blind: blind.filter((one) => one !== null).map(String) };
}

/** The record belongs to this registration only where it is the same entry still. */
export function namingEntry(entry: Entry, recorded: readonly RecordedEntry[]): NamingEntry {
  const { name, flags, interpreter, id } = entry;
  const record = recorded.find((one) => one.name === name && sameEntry(one, id));
  return { name, interpreter: textOf(interpreter), flags, recorded: record?.interpreter ?? null };
}
