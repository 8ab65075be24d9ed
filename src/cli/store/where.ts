import type { Config } from '../../core/config/config.ts';
import { takenBy } from '../../core/entries/matches.ts';
import { ownerOfEntry } from '../../core/entries/owner.ts';
import { servedBy } from '../../core/entries/serves.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import type { Entry } from '../../core/kernel/entry.ts';
import { nearest } from '../../core/text/suggest.ts';
import { visible } from '../../core/text/visible.ts';
import { createMachine } from '../../host/machine.ts';
import { hostNameOf } from '../../host/mounts/host-path.ts';
import { readDeclaredLines } from '../../keeper/entries/knowledge.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { namingEntry, seeEntries } from './look.ts';
import { targetOf } from './platform-word.ts';
import { traceFile } from './trace-file.ts';
import { type Traced, whereText } from './where-text.ts';

/** `where NAME|PLATFORM`: from entries to the files that they run, and where those came from. */
export async function where(context: Context, config: Config, names: readonly string[]): Promise<ExitCode> {
  const machine = await createMachine();
  const { entries, why, recorded } = await seeEntries(machine, config);
  if (why !== null) context.err(`binfmt-keeper: not all entries are seen: ${visible(why)}\n`);
  const serves = servedBy(entries);
  // What is seen to be a file here was not registered by a container.
  const files = new Set<string>();
  const signs = {
    declared: await readDeclaredLines(machine),
    files,
    kernelRelease: machine.kernelRelease(),
    ours: oursOf(
      config,
      recorded.map(({ name, ino }) => `${ino}:${name}`),
    ),
  };
  const traced: Traced[] = [];
  let lost = false;
  for (const name of names) {
    const found = entriesOf(name, entries);
    if (found.length === 0) {
      lost = true;
      context.err(`binfmt-keeper: ${notFound(name, entries)}\n`);
    }
    for (const entry of found) {
      const { flags, interpreter, recorded: pinned } = namingEntry(entry, recorded);
      const file = await traceFile(machine, config, interpreter);
      if (file.file !== null) files.add(entry.interpreter);
      const owner = ownerOfEntry(entry, signs);
      traced.push({
        entry: entry.name,
        asked: name,
        enabled: entry.enabled,
        serves: (serves.get(entry) ?? []).map(({ platform }) => platform),
        owner: owner.kind,
        evidence: owner.detail,
        flags,
        interpreter,
        pinned: pinned && { dev: pinned.dev, ino: pinned.ino },
        registeredMs: entry.id.ctimeMs,
        ...file,
      });
    }
  }
  context.out(render(traced, context.format, () => whereText(traced, context)));
  return !lost && traced.every(({ file }) => file !== null) ? exitCodes.ok : exitCodes.failed;
}

function oursOf({ interpreters }: Config, recorded: readonly string[]) {
  const stores = new Set([interpreters.store, hostNameOf(interpreters.store)]);
  return ({ name, id, interpreter }: Entry): string | null => {
    if ([...stores].some((store) => textOf(interpreter).startsWith(`${store}/`)))
      return 'its interpreter lies in the store';
    return recorded.includes(`${id.ino}:${name}`) ? 'the keeper registered it' : null;
  };
}

/** By its own name, or all that would take files of a platform, in the kernel's order. */
function entriesOf(name: string, entries: readonly Entry[]): readonly Entry[] {
  const same = entries.filter((entry) => textOf(entry.name) === name);
  const target = targetOf(name);
  if (same.length > 0 || target === null) return same;
  return entries.filter(({ matcher }) => [...takenBy(matcher).keys()].some((one) => one.target === target));
}

function notFound(name: string, entries: readonly Entry[]): string {
  if (targetOf(name) !== null) return `no entry takes programs of ${visible(name)}`;
  const meant = nearest(
    name,
    entries.map((entry) => textOf(entry.name)),
  );
  const hint = meant === undefined ? '' : `; did you mean ${JSON.stringify(visible(meant))}?`;
  return `there is no entry ${JSON.stringify(visible(name))}, and it is no platform${hint}`;
}
