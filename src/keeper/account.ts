import type { Config } from '../core/config/config.ts';
import { keptKey } from '../core/kept/task.ts';
import { identify } from '../core/plan/memory.ts';
import { isOurs } from '../core/plan/ownership.ts';
import { resolvePlatform } from '../core/platforms/platforms.ts';
import type { Problem } from '../core/problems.ts';
import {
  type ContainersReport,
  composeReport,
  type HandlerReport,
  type Report,
} from '../core/report/report.ts';
import type { Totals } from '../core/report/totals.ts';
import type { Here } from '../core/text/typed.ts';
import { version } from '../core/version.ts';
import type { Clock } from '../host/system/clock.ts';
import type { Custody } from './kept/custody.ts';
import type { KeptView } from './kept/kept-problems.ts';
import type { MountKeeper } from './mounts/mend-mounts.ts';
import { generationOf, type Situation, servingEntry } from './prepare/situation.ts';
import type { ContainerAccess } from './prove/container-access.ts';
import type { Verification } from './prove/verification.ts';
import type { Verified } from './prove/verify.ts';
import type { Availability } from './record/availability.ts';
import type { History } from './record/history.ts';
import type { LiveMemory } from './record/memory.ts';
import type { ProblemBoard } from './record/problem-board.ts';
import type { View } from './repair/viewer.ts';

/** Where the account is drawn from. */
export interface AccountParts {
  readonly clock: Clock;
  readonly pid: number;
  readonly situation: Situation;
  readonly verification: Verification;
  readonly history: History;
  readonly board: ProblemBoard;
  readonly mounts: MountKeeper;
  readonly custody: Custody;
  readonly access: ContainerAccess;
  readonly memory: LiveMemory;
  readonly availability: Availability;
  readonly totals: Totals;
  /** Architectures that the host runs by itself, its own first. */
  readonly native: readonly string[];
  readonly emulated: Report['emulated'];
  /** Unix time of the keeper's start, milliseconds. */
  readonly since: number;
  readonly paused: Report['paused'];
  readonly here: Here;
  /** A configuration is in force; before it nothing is wanted, which is not the same as having all that is wanted. */
  readonly begun: boolean;
}

/** Draws up the report: how things stand at this moment, in full. */
export function drawReport(parts: AccountParts): Report {
  const report = composed(parts);
  return parts.begun ? report : { ...report, ready: false, summary: 'starting: nothing is kept yet' };
}

function composed(parts: AccountParts): Report {
  const { situation, history, board, mounts, since } = parts;
  const { world, repair } = situation;
  const view = repair.view();
  return composeReport(
    {
      version,
      at: parts.clock.wall(),
      daemon: { pid: parts.pid, since, command: parts.here.command },
      paused: parts.paused,
      handlers: [
        ...view.handlers.map((v) => handlerReport(v, parts)),
        ...world.unmet.map((u) => unmet(u, parts)),
        ...parts.custody.view().map((k) => keptReport(k, parts)),
      ],
      leftOut: world.leftOut,
      native: parts.native,
      problems: once([...board.list(), ...world.problems, ...standing(parts).flatMap((s) => s.problems)]),
      mounts: mounts.describe(),
      instance: { enabled: view.observed.enabled, foreign: foreignEntries(view, parts) },
      emulated: parts.emulated,
      totals: parts.totals,
      heals: { total: history.total(), recent: history.recent() },
    },
    parts.here,
  );
}

function handlerReport(view: View['handlers'][number], parts: AccountParts): HandlerReport {
  const { handler, state } = view;
  const { config, world } = parts.situation;
  const info = world.info.get(handler.key);
  const last = parts.verification.resultOf(handler.key);
  const serving = servingEntry(view);
  const current =
    last !== undefined && last.generation !== '' && last.generation === generationOf(view) ? last : undefined;
  const fine = state === 'ok' || state === 'foreign-ok';
  const ran = current?.result.verdict === 'verified';
  const containers = parts.access.of(view);
  const barred = ran && parts.access.isDemanded(view) && !serves.has(containers.verdict);
  const proven = ran && !barred;
  return {
    key: handler.key,
    platforms: handler.platforms,
    name: handler.registration.name,
    state: fine && !proven ? 'unverified' : state,
    why: whyOf(view, parts, { fine, barred, current, containers }),
    flags: serving?.flags ?? '',
    interpreter: serving?.interpreter ?? handler.registration.interpreter,
    version: state === 'foreign-ok' ? null : (info?.version ?? null),
    owner: serving === null ? 'none' : state === 'foreign-ok' || view.taken ? 'foreign' : 'keeper',
    required: isRequired(config, handler.key, handler.platforms.length > 0),
    probe: current === undefined ? null : probeReport(current),
    containers,
    heals: parts.history.of(handler.key),
    ...parts.availability.of(handler.registration.name),
  };
}

/** Verdicts about ordinary containers that readiness is content with. */
const serves: ReadonlySet<string> = new Set(['verified', 'may']);
const nothingThere: ContainersReport = { verdict: 'unknown', detail: 'there is no entry', at: null };

function whyOf(
  view: View['handlers'][number],
  parts: AccountParts,
  known: {
    readonly fine: boolean;
    readonly barred: boolean;
    readonly current: Verified | undefined;
    readonly containers: ContainersReport;
  },
): string {
  const { fine, barred, current, containers } = known;
  if (!fine || (current?.result.verdict === 'verified' && !barred)) return view.why;
  if (barred) return `runs for the keeper; for ordinary containers: ${containers.detail}`;
  const probe = parts.situation.world.info.get(view.handler.key)?.probe ?? null;
  return unproven(view.handler.platforms.length > 0, probe, current);
}

/** A platform that was asked for and got no handler still counts: nobody is ready who lacks it. */
function unmet(row: Situation['world']['unmet'][number], parts: AccountParts): HandlerReport {
  const { config } = parts.situation;
  const name = `${config.names}${row.target}`;
  return {
    key: row.target,
    platforms: row.platforms,
    name,
    state: 'missing',
    why: row.why,
    flags: '',
    interpreter: '',
    version: null,
    owner: 'none',
    required: isRequired(config, row.target, row.platforms.length > 0),
    probe: null,
    containers: nothingThere,
    heals: 0,
    ...parts.availability.of(name),
  };
}

/** A kept entry of somebody else: nothing proves it, so it is never more than there and unchanged. */
function keptReport({ kept, entry, state, why }: KeptView, parts: AccountParts): HandlerReport {
  const by = kept.adopted ? 'adopted' : (kept.declared?.where ?? '');
  return {
    key: kept.name,
    platforms: [],
    name: kept.name,
    state: state === 'ok' ? 'unverified' : state,
    why: state === 'ok' ? `kept as it is (${by})` : `${why} (${by})`,
    flags: entry?.flags ?? '',
    interpreter: entry?.interpreter ?? '',
    version: null,
    owner: entry === null ? 'none' : 'foreign',
    required: false,
    probe: null,
    containers: { ...nothingThere, detail: 'it is kept as it is' },
    heals: parts.history.of(keptKey(kept.name)),
    ...parts.availability.of(kept.name),
  };
}

/** All of ours concern us, so they are among the entries that were looked at closely. */
function foreignEntries({ observed }: View, { situation, memory }: AccountParts): number {
  const { desired } = situation.world;
  return observed.total - observed.entries.filter((entry) => isOurs(entry, desired, memory)).length;
}

/** Whether each wanted entry runs programs now. A stale one does: it pins another file than it should, but a file. */
export function serving(
  { world, repair, config }: Situation,
  kept: readonly KeptView[],
): { readonly handler: string; readonly serves: boolean }[] {
  const { handlers, observed } = repair.view();
  return [
    ...handlers.map(({ handler, state }) => ({
      handler: handler.registration.name,
      serves: observed.enabled && servingStates.has(state),
    })),
    ...world.unmet.map((row) => ({ handler: `${config.names}${row.target}`, serves: false })),
    // An adopted entry that nobody ever made cannot be missed.
    ...kept
      .filter((one) => one.entry !== null || one.registration !== null)
      .map((one) => ({ handler: one.kept.name, serves: observed.enabled && one.state === 'ok' })),
  ];
}

const servingStates: ReadonlySet<string> = new Set(['ok', 'foreign-ok', 'stale']);

/** Problems that follow from how things are now, by what they were found at. */
export function standing({
  clock,
  situation,
  mounts,
  custody,
  access,
  memory,
}: Pick<AccountParts, 'clock' | 'situation' | 'mounts' | 'custody' | 'access' | 'memory'>): readonly {
  readonly origin: string;
  readonly problems: readonly Problem[];
}[] {
  return [
    { origin: 'mounts', problems: mounts.problems() },
    { origin: 'kept', problems: custody.problems() },
    { origin: 'containers', problems: access.problems() },
    { origin: 'view', problems: seen(situation.repair.view(), situation, clock.now()) },
    { origin: 'doubts', problems: doubted(situation.repair.view(), memory) },
  ];
}

/** The board has most of them already; before the first look it has none. */
function once(problems: readonly Problem[]): Problem[] {
  const byKey = new Map(problems.toReversed().map((p) => [`${p.code} ${p.subject}`, p]));
  return [...byKey.values()].reverse();
}

function seen(view: View, { repair }: Situation, now: number): Problem[] {
  const off: Problem[] = view.observed.enabled
    ? []
    : [{ code: 'status-zero', subject: 'status', detail: '0 was written to it; no handler works' }];
  const storms = repair
    .storms(now)
    .map((key): Problem => ({ code: 'heal-storm', subject: key, detail: '20 heals within 10 s' }));
  const shadowed = view.handlers
    .filter((v) => v.state === 'shadowed')
    .map((v): Problem => ({ code: 'shadowed', subject: v.handler.registration.name, detail: v.why }));
  const taken = view.handlers
    .filter((v) => v.taken)
    .map((v): Problem => {
      const detail = `somebody else registered ${v.entry?.interpreter || 'something'} under it`;
      return { code: 'name-taken', subject: v.handler.registration.name, detail };
    });
  return [...off, ...storms, ...shadowed, ...taken];
}

/** It stays so however ours stand in front of it. */
function doubted({ observed }: View, memory: LiveMemory): Problem[] {
  return observed.entries.flatMap((entry) => {
    const detail = memory.doubts.get(identify(entry));
    return detail === undefined
      ? []
      : [{ code: 'untrusted-interpreter', subject: entry.name, detail } satisfies Problem];
  });
}

/** Whether readiness waits for it. */
export function isRequired(config: Config, key: string, provable: boolean): boolean {
  const { required } = config.readiness;
  if (required === 'auto') return provable && config.probe.enabled;
  return required.some((name) => {
    const found = resolvePlatform(name);
    return 'target' in found && found.target === key;
  });
}

function unproven(provable: boolean, probe: string | null, last: Verified | undefined): string {
  if (probe === null) return provable ? 'its probe could not be written' : 'there is no probe for it';
  if (last === undefined) return 'the probe has not run yet';
  return `${last.result.verdict}: ${last.result.detail}`;
}

function probeReport({ result, at }: Verified): HandlerReport['probe'] {
  const { verdict, detail, tookMs } = result;
  return { verdict, detail, at, tookMs };
}
