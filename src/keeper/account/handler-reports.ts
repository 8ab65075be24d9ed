import { type Ailment, staleCodes } from '../../core/entries/ailment.ts';
import { keptKey } from '../../core/kept/task.ts';
import type { Handler } from '../../core/plan/handler.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import type { ContainersReport, HandlerReport } from '../../core/report/report.ts';
import type { Liveness } from '../alive/liveness.ts';
import type { KeptView } from '../kept/kept-problems.ts';
import type { HandlerInfo } from '../prepare/candidate.ts';
import { generationOf, type Situation, servingEntry } from '../prepare/situation.ts';
import type { ContainerAccess } from '../prove/container-access.ts';
import type { Verification } from '../prove/verification.ts';
import type { Verified } from '../prove/verify.ts';
import type { Availability } from '../record/availability.ts';
import type { History } from '../record/history.ts';
import type { View } from '../repair/viewer.ts';
import { isRequired } from './required.ts';

/** Where it is known from how handlers stand. */
export interface HandlerSources {
  readonly situation: Situation;
  readonly liveness: Liveness;
  readonly verification: Verification;
  readonly access: ContainerAccess;
  readonly history: History;
  readonly availability: Availability;
}

/** How a wanted handler stands. */
export function handlerReport(view: View['handlers'][number], parts: HandlerSources): HandlerReport {
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
  const ailment = serving === null ? null : parts.liveness.of(serving);
  const life = fine && (state === 'ok' || !ran) ? lifeOf(ailment) : null;
  return {
    key: handler.key,
    platforms: handler.platforms,
    name: handler.registration.name,
    proof: proofOf(handler, info?.check),
    state: life?.state ?? (fine && !proven ? 'unverified' : state),
    why: life?.why ?? whyOf(view, parts, { fine, barred, current, containers }),
    flags: serving?.flags ?? '',
    interpreter: serving?.interpreter ?? handler.registration.interpreter,
    version: (state === 'foreign-ok' ? current?.result.version : info?.version) ?? null,
    owner: serving === null ? 'none' : state === 'foreign-ok' || view.taken ? 'foreign' : 'keeper',
    entry: serving?.name ?? null,
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
  parts: HandlerSources,
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
  const info = parts.situation.world.info.get(view.handler.key);
  return unproven(view.handler, info, current);
}

/** A platform that was asked for and got no handler still counts: nobody is ready who lacks it. */
export function unmetReport(row: Situation['world']['unmet'][number], parts: HandlerSources): HandlerReport {
  const { config } = parts.situation;
  const isOwn = config.handlers.some((h) => h.name === row.target);
  const name = isOwn ? row.target : `${config.names}${row.target}`;
  return {
    key: row.target,
    platforms: row.platforms,
    name,
    proof: isOwn ? 'none' : 'probe',
    state: 'missing',
    why: row.why,
    flags: '',
    interpreter: '',
    version: null,
    owner: 'none',
    entry: null,
    required: isRequired(config, row.target, row.platforms.length > 0),
    probe: null,
    containers: nothingThere,
    heals: 0,
    ...parts.availability.of(name),
  };
}

/** A kept entry of somebody else: nothing proves it, so it is never more than there and unchanged. */
export function keptReport({ kept, entry, state, why }: KeptView, parts: HandlerSources): HandlerReport {
  const by = kept.adopted ? 'adopted' : (kept.declared?.where ?? '');
  const life = state === 'ok' && entry !== null ? lifeOf(parts.liveness.of(entry)) : null;
  const wrong = state === 'ok' ? (life?.why ?? 'kept as it is') : why;
  return {
    key: kept.name,
    platforms: [],
    name: kept.name,
    proof: 'none',
    state: life?.state ?? (state === 'ok' ? 'unverified' : state),
    why: `${wrong} (${by})`,
    flags: entry?.flags ?? '',
    interpreter: entry?.interpreter ?? '',
    version: null,
    owner: entry === null ? 'none' : 'foreign',
    entry: entry?.name ?? null,
    required: isRequired(parts.situation.config, kept.name, false),
    probe: null,
    containers: { ...nothingThere, detail: 'it is kept as it is' },
    heals: parts.history.of(keptKey(kept.name)),
    ...parts.availability.of(kept.name),
  };
}

/** An entry that runs nothing, or runs a file that nobody could register now; null where its interpreter is well. */
function lifeOf(ailment: Ailment | null): { readonly state: 'dead' | 'stale'; readonly why: string } | null {
  if (ailment === null) return null;
  if (ailment.fatal) return { state: 'dead', why: ailment.detail };
  return staleCodes.has(ailment.code) ? { state: 'stale', why: ailment.detail } : null;
}

function proofOf(handler: Handler, check: HandlerInfo['check']): HandlerReport['proof'] {
  if (architectureOf(handler.key) !== undefined) return 'probe';
  return check === null || check === undefined ? 'none' : 'check';
}

function unproven(
  { key, platforms }: Handler,
  info: HandlerInfo | undefined,
  last: Verified | undefined,
): string {
  const checked = info?.check !== null && info?.check !== undefined;
  if (info?.probe == null && !checked)
    return platforms.length > 0
      ? 'its probe could not be written'
      : architectureOf(key) === undefined
        ? 'watched; it has no check: that would prove it'
        : 'there is no probe for it';
  if (last === undefined) return `the ${checked ? 'check' : 'probe'} has not run yet`;
  return `${last.result.verdict}: ${last.result.detail}`;
}

/** The last probe as it is told. */
export function probeReport({ result, at }: Verified): NonNullable<HandlerReport['probe']> {
  const { verdict, detail, tookMs } = result;
  return { verdict, detail, at, tookMs };
}
