import type { Entry } from '../kernel/entry.ts';
import { identify } from '../plan/memory.ts';
import { type Problem, problemCatalogue } from '../problems.ts';
import { fatalCodes } from './ailment.ts';
import type { EntryCondition, EntryProof, EntryReport } from './entry-report.ts';
import { matchText, type Sampled, takenBy } from './matches.ts';
import { type OwnerSigns, ownerOfEntry } from './owner.ts';
import { servedBy } from './serves.ts';
import { type FindWrong, finders } from './wrong.ts';

/** What a probe found of one registration, by `identify(entry)`. */
export interface ProvedEntry {
  readonly proof: EntryProof;
  readonly version: string | null;
}

/** All that is known of the entries of an instance. */
export interface EntryFacts {
  /** In the kernel's search order. */
  readonly entries: readonly Entry[];
  readonly signs: OwnerSigns;
  /** By `identify(entry)`. */
  readonly proved: ReadonlyMap<string, ProvedEntry>;
  /** What looks at the machine found wrong with a registration, by `identify(entry)`. */
  readonly found: ReadonlyMap<string, readonly Problem[]>;
}

/** More are counted and not told one by one; those that serve a platform or that something is wrong with come first. */
export const mostEntries = 250;

/** Draws up all entries, whoever registered them, in the kernel's search order. */
export function drawEntries(facts: EntryFacts, find: readonly FindWrong[] = finders): readonly EntryReport[] {
  const serving = servedBy(facts.entries);
  const wrong = find.map((one) => one(facts.entries, facts.signs));
  const all = facts.entries.map((entry) => {
    const problems = [
      ...(facts.found.get(identify(entry)) ?? []),
      ...wrong.flatMap((by) => by.get(entry) ?? []),
    ];
    return drawEntry(entry, facts, serving.get(entry) ?? [], problems);
  });
  if (all.length <= mostEntries) return all;
  const matters = new Set(all.filter((one) => one.platforms.length > 0 || one.wrong.length > 0));
  const told = new Set([...matters, ...all.filter((one) => !matters.has(one))].slice(0, mostEntries));
  return all.filter((one) => told.has(one));
}

function drawEntry(
  entry: Entry,
  { signs, proved }: EntryFacts,
  serves: readonly Sampled[],
  wrong: readonly Problem[],
): EntryReport {
  const { name, interpreter, flags, enabled, matcher } = entry;
  const { proof = null, version = null } = proved.get(identify(entry)) ?? {};
  return {
    name,
    platforms: [...takenBy(matcher).keys()].map((one) => one.platform),
    serves: serves.map((one) => one.platform),
    matches: matchText(entry),
    ...{ interpreter, flags, enabled },
    owner: ownerOfEntry(entry, signs),
    version,
    state: conditionOf(enabled, wrong, proof),
    wrong,
    probe: proof,
  };
}

function conditionOf(enabled: boolean, wrong: readonly Problem[], proof: EntryProof | null): EntryCondition {
  if (!enabled) return 'disabled';
  if (wrong.some(({ code }) => fatalCodes.has(code) || problemCatalogue[code].severity === 'error'))
    return 'broken';
  return proof?.verdict === 'verified' ? 'ok' : 'unverified';
}
