import type { EntryReport } from '../entries/entry-report.ts';
import { ownerNames } from '../entries/owner-names.ts';
import { architectureOf, catalogue } from '../platforms/catalogue.ts';
import type { HandlerReport, Report } from './report.ts';

/**
 * The row of a platform that somebody else's entry serves, or an entry of ours that the configuration does not speak
 * of: what is known of the entry in the place of what was wanted. The row as it is where nothing serves.
 */
export function rowAsServed(row: HandlerReport, entries: readonly EntryReport[]): HandlerReport {
  const platform = row.platforms[0] ?? row.key;
  const entry = servingOf(platform, entries);
  if (entry === undefined) return rowSwitchedOff(row, entries, platform);
  const ours = entry.owner.kind === 'ours';
  const well = ours ? 'ok' : 'foreign-ok';
  return {
    ...row,
    state: entry.state === 'ok' ? well : 'unverified',
    why: whyOf(entry),
    flags: entry.flags,
    interpreter: entry.interpreter,
    version: entry.version,
    owner: ours ? 'keeper' : 'foreign',
    entry: entry.name,
    probe: entry.probe,
    containers: notLooked,
  };
}

/** Rows of the platforms that entries serve and no handler is wanted for. */
export function otherServed({ handlers, entries }: Pick<Report, 'handlers' | 'entries'>): HandlerReport[] {
  const told = new Set(handlers.map((h) => h.key));
  return catalogue.flatMap((a) => {
    if (told.has(a.target)) return [];
    const entry = servingOf(a.platforms[0] ?? a.target, entries);
    if (entry === undefined) return [];
    return rowAsServed(unwanted(a.target, a.platforms, entry.name), entries);
  });
}

/** Where nothing serves because somebody switched an entry off, that is what is told. */
function rowSwitchedOff(
  row: HandlerReport,
  entries: readonly EntryReport[],
  platform: string,
): HandlerReport {
  const entry = entries.find((one) => !one.enabled && one.platforms.includes(platform));
  if (entry === undefined || row.state !== 'missing') return row;
  const { name, interpreter, flags, owner } = entry;
  const why = `${name} is switched off; to switch it on: echo 1 >/proc/sys/fs/binfmt_misc/${name}`;
  const whose = owner.kind === 'ours' ? 'keeper' : 'foreign';
  return { ...row, state: 'disabled', why, flags, interpreter, owner: whose, entry: name };
}

/** Only what is wanted is judged for ordinary containers. */
const notLooked: HandlerReport['containers'] = {
  verdict: 'unknown',
  detail: 'an entry that is not kept is not judged',
  at: null,
};

/** Who registered what serves, in a word: `keeper`, `none`, or whose entry it is. */
export function servingOwner({ owner, entry }: HandlerReport, entries: readonly EntryReport[]): string {
  const kind = owner === 'foreign' ? entries.find((one) => one.name === entry)?.owner.kind : undefined;
  return kind === undefined ? owner : ownerNames[kind];
}

/** Entries that no row speaks of: what is ours is told by its row, unless something is wrong with it. */
export function entriesWithoutRow(
  entries: readonly EntryReport[],
  rows: readonly HandlerReport[],
): readonly EntryReport[] {
  const told = new Set(rows.flatMap((row) => row.entry ?? []));
  return entries.filter((one) => !told.has(one.name) && (one.owner.kind !== 'ours' || one.wrong.length > 0));
}

function servingOf(platform: string, entries: readonly EntryReport[]): EntryReport | undefined {
  return entries.find((entry) => entry.serves.includes(platform));
}

function whyOf({ name, wrong, probe, state, owner }: EntryReport): string {
  if (state === 'ok') return `served by ${name}`;
  const [first] = wrong;
  if (first !== undefined) return `${name}: ${first.detail}`;
  if (probe !== null) return `${name}: ${probe.verdict}${probe.detail === '' ? '' : `: ${probe.detail}`}`;
  return owner.kind === 'ours' ? 'the probe has not run yet' : `served by ${name}, which was not tried`;
}

function unwanted(key: string, platforms: readonly string[], name: string): HandlerReport {
  return {
    ...{ key, platforms, name, state: 'missing', why: '', flags: '', interpreter: '', version: null },
    ...{ owner: 'none', entry: null, proof: 'probe', required: false, probe: null },
    containers: notLooked,
    ...{ heals: 0, lostAt: null, unavailableMs: 0 },
  };
}

/** Whether a target has an OCI name, so that a container engine can ask for it. */
export function isNamed(target: string): boolean {
  return (architectureOf(target)?.platforms.length ?? 0) > 0;
}
