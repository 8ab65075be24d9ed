import type { EntryProof, EntryReport } from '../entries/entry-report.ts';
import type { EntryState } from '../plan/classify.ts';
import type { LeftOut } from '../platforms/select.ts';
import type { Problem } from '../problems.ts';
import { problemCatalogue } from '../problems.ts';
import { type Here, usualHere } from '../text/typed.ts';
import type { Lasting } from './lasting.ts';
import { remedyOf } from './remedy.ts';
import type { Totals } from './totals.ts';
import type { UnservedReport } from './unserved.ts';

/** The last probe of a handler. */
export type ProbeReport = EntryProof;

/** What is known of ordinary containers: the keeper itself may run what they may not. */
export interface ContainersReport {
  /** `verified`: one of them ran it, or a process as confined as they are; the others are judged by labels. */
  readonly verdict: 'verified' | 'may' | 'may-not' | 'unknown';
  readonly detail: string;
  /** When it was found so, Unix milliseconds; null before anybody looked, and where there is nothing to look at. */
  readonly at: number | null;
}

/** One handler as people and programs see it. */
export interface HandlerReport {
  readonly key: string;
  readonly platforms: readonly string[];
  readonly name: string;
  /**
   * `ok` only after a probe ran under what serves now, and nothing says that ordinary containers cannot run the same;
   * `unverified` where the entry is right but that is not proved; `dead` where what it runs cannot be run.
   */
  readonly state: EntryState | 'unverified' | 'dead';
  readonly why: string;
  readonly flags: string;
  readonly interpreter: string;
  readonly version: string | null;
  /** What can prove it: a probe of its platform, or the check of an own handler; `none`: it is only watched. */
  readonly proof: 'probe' | 'check' | 'none';
  readonly owner: 'keeper' | 'foreign' | 'none';
  /** Name of the entry that serves now, whoever registered it; null where none does. */
  readonly entry: string | null;
  readonly required: boolean;
  readonly probe: ProbeReport | null;
  readonly containers: ContainersReport;
  readonly heals: number;
  /** When it was lost last, Unix milliseconds; on this boot, whichever daemon saw it. */
  readonly lostAt: number | null;
  /** How long it did not serve since the start of the daemon, milliseconds, a loss that lasts included. */
  readonly unavailableMs: number;
}

/** How many processes run under one emulator. */
export interface EmulatedProcesses {
  /** Its first platform, or the handler's key where it has none. */
  readonly platform: string;
  readonly count: number;
}

/** One loss and its repair. */
export interface HealReport {
  readonly at: number;
  readonly key: string;
  readonly name: string;
  readonly reason: string;
  readonly why: string;
  /** From the event that told of the loss to the repair's end, milliseconds. */
  readonly tookMs: number;
}

/** A problem with what the catalogue says of it. */
export interface ReportedProblem extends Problem {
  readonly title: string;
  readonly severity: 'error' | 'warning' | 'notice';
  readonly remedy: string;
}

/** The one account of how things stand; `status`, the log and whatever else speaks of it are views of this. */
export interface Report {
  readonly schema: 1;
  readonly version: string;
  readonly at: number;
  /** `command`: how commands of the keeper are typed where it runs. */
  readonly daemon: { readonly pid: number; readonly since: number; readonly command: string } | null;
  /** Healing stands still on request; Unix times in milliseconds, `until` null where nobody said how long. */
  readonly paused: { readonly since: number; readonly until: number | null } | null;
  /** Every required platform is verified. */
  readonly ready: boolean;
  readonly summary: string;
  readonly handlers: readonly HandlerReport[];
  readonly leftOut: readonly LeftOut[];
  /** Architectures that the host runs without emulation, its own first. */
  readonly native: readonly string[];
  readonly problems: readonly ReportedProblem[];
  readonly mounts: { readonly main: string; readonly anchor: string };
  /** `enabled` is false after `0` was written to `status`; `foreign` counts the entries that are not ours. */
  readonly instance: { readonly enabled: boolean; readonly foreign: number };
  /** Every entry of the instance, whoever registered it, in the kernel's search order; 250 at most. */
  readonly entries: readonly EntryReport[];
  /** Processes that run under emulation; null where those of the host cannot be seen, or before anybody asked. */
  readonly emulated: readonly EmulatedProcesses[] | null;
  readonly totals: Totals;
  readonly heals: { readonly total: number; readonly recent: readonly HealReport[] };
  /** Programs that could not run; left out without `lastResort`. */
  readonly unserved?: UnservedReport;
  /** Whether the entries outlive the process that made them; told by commands that end. */
  readonly lasting?: Lasting;
}

/** What `composeReport` is made from: everything but the conclusions. */
export type ReportFacts = Omit<Report, 'schema' | 'ready' | 'summary' | 'problems'> & {
  readonly problems: readonly Problem[];
};

/** Draws the conclusions: readiness, the sentence, and problems without those that follow from another one. */
export function composeReport(facts: ReportFacts, here: Here = usualHere): Report {
  const required = facts.handlers.filter((h) => h.required);
  const stopped = facts.problems.some((p) => stopsAll.has(p.code)) || isEmptied(facts);
  const ready = required.every((h) => isProven(h)) && !stopped;
  const problems = reportedProblems(facts.problems, here);
  return { ...facts, schema: 1, ready, summary: summarize(facts), problems };
}

/** Problems with what the catalogue says of them, without those that follow from another one. */
export function reportedProblems(problems: readonly Problem[], here: Here = usualHere): ReportedProblem[] {
  const codes = new Set(problems.map((p) => p.code));
  return problems
    .filter((p) => !(problemCatalogue[p.code].dependsOn ?? []).some((cause) => codes.has(cause)))
    .map((p) => {
      const { title, severity } = problemCatalogue[p.code];
      return { ...p, title, severity, remedy: remedyOf(p, here) };
    });
}

/** The handlers that a probe has proved under what serves now: none while the instance is switched off. */
export function provenHandlers({
  handlers,
  problems,
  instance,
}: {
  readonly handlers: readonly HandlerReport[];
  readonly problems: readonly Problem[];
  readonly instance: Report['instance'];
}): readonly HandlerReport[] {
  return isOff({ problems, instance }) ? [] : handlers.filter(isProven);
}

/** Whether the kernel runs no handler at all. */
function isOff({
  problems,
  instance,
}: {
  readonly problems: readonly Problem[];
  readonly instance: Report['instance'];
}): boolean {
  return !instance.enabled || problems.some((p) => p.code === 'status-zero');
}

/** Whether a probe of the keeper's own ran under what serves now, whatever is known of ordinary containers. */
export function ranHere(handler: HandlerReport, report: Pick<Report, 'problems' | 'instance'>): boolean {
  const registered = isProven(handler) || handler.state === 'unverified';
  return registered && handler.probe?.verdict === 'verified' && !isOff(report);
}

/**
 * Everything that could be proved was uninstalled by request. That is not ready, or whoever waits for emulation would
 * get none; a configuration that wants nothing is.
 */
export function isEmptied({ handlers, leftOut }: Pick<Report, 'handlers' | 'leftOut'>): boolean {
  const kept = handlers.some((h) => h.required || h.platforms.length > 0 || h.probe !== null);
  return !kept && leftOut.some((row) => row.kind === 'uninstalled');
}

/** Whether nothing of what is wanted runs programs, so that what serves in its stead is worth telling. */
export function isLost({ state }: HandlerReport): boolean {
  return !standing.has(state);
}

const standing: ReadonlySet<HandlerReport['state']> = new Set(['ok', 'foreign-ok', 'unverified', 'stale']);

/** Conditions under which nothing that was proved before can be relied on. */
export const stopsAll: ReadonlySet<string> = new Set(['locked-by-another', 'status-zero', 'dangerous-entry']);

/**
 * Whether a program ran under what serves this handler's files now. What nothing can prove is good enough for whoever asks for
 * it by name as long as all that can be known of it is well.
 */
export function isProven(handler: HandlerReport): boolean {
  const { proof, state, required, probe } = handler;
  // A stale one runs the file that it holds.
  const runs = proof !== 'probe' && state === 'stale';
  if (proof === 'none') return required && (state === 'unverified' || runs);
  return (state === 'ok' || state === 'foreign-ok' || runs) && probe?.verdict === 'verified';
}

/** Whether something can prove it, or readiness waits for it. */
export function isCounted({ platforms, probe, proof, required }: HandlerReport): boolean {
  return platforms.length > 0 || probe !== null || proof === 'check' || required;
}

/** What nobody can prove, users' own handlers and entries of others, is told apart and never counted as failed. */
export function summarize(
  facts: Pick<ReportFacts, 'handlers' | 'heals' | 'instance' | 'leftOut' | 'problems'>,
): string {
  const all = facts.handlers.filter((h) => isCounted(h)).length;
  const rest = facts.handlers.length - all;
  const proven = provenHandlers(facts);
  const good = proven.length;
  const contained = proven.filter((h) => h.containers.verdict === 'verified').length;
  const heals = facts.heals.total;
  const healed = heals === 0 ? '' : `, ${heals} ${heals === 1 ? 'heal' : 'heals'} since start`;
  const verified = `${good} of ${all} ${rest === 0 ? '' : 'provable '}${all === 1 ? 'handler' : 'handlers'} verified${contained === 0 ? '' : `, ${contained} for containers`}`;
  const told = isEmptied(facts) ? 'everything was uninstalled by request' : verified;
  return `${told}${rest === 0 ? '' : `, ${rest} without a probe`}${healed}`;
}
