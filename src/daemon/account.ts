import type { Config } from '../core/config.ts';
import { identify } from '../core/memory.ts';
import { resolvePlatform } from '../core/platforms.ts';
import type { Problem } from '../core/problems.ts';
import { composeReport, type HandlerReport, type Report } from '../core/report.ts';
import { version } from '../core/version.ts';
import type { History } from './history.ts';
import type { MountKeeper } from './mend-mounts.ts';
import type { ProblemBoard } from './problem-board.ts';
import type { View } from './repair.ts';
import { type Situation, servingEntry } from './situation.ts';
import type { Verification } from './verification.ts';
import type { Verified } from './verify.ts';

/** Where the account is drawn from. */
export interface AccountParts {
  readonly situation: Situation;
  readonly verification: Verification;
  readonly history: History;
  readonly board: ProblemBoard;
  readonly mounts: MountKeeper;
  /** Unix time of the keeper's start, milliseconds. */
  readonly since: number;
}

/** Draws up the report: how things stand at this moment, in full. */
export function drawReport(parts: AccountParts): Report {
  const { situation, history, board, mounts, since } = parts;
  const { world, repair } = situation;
  const view = repair.view();
  return composeReport({
    version,
    at: Date.now(),
    daemon: { pid: process.pid, since },
    handlers: [
      ...view.handlers.map((v) => handlerReport(v, parts)),
      ...world.unmet.map((u) => unmet(u, parts)),
    ],
    leftOut: world.leftOut,
    problems: [...world.problems, ...mounts.problems(), ...board.list(), ...seen(view, situation)],
    mounts: mounts.describe(),
    heals: { total: history.total(), recent: history.recent() },
  });
}

function handlerReport(view: View['handlers'][number], parts: AccountParts): HandlerReport {
  const { handler, state } = view;
  const { config, world } = parts.situation;
  const info = world.info.get(handler.key);
  const last = parts.verification.resultOf(handler.key);
  const serving = servingEntry(view);
  const current =
    last !== undefined && serving !== null && last.generation === identify(serving) ? last : undefined;
  const fine = state === 'ok' || state === 'foreign-ok';
  const proven = current?.result.verdict === 'verified';
  return {
    key: handler.key,
    platforms: handler.platforms,
    name: handler.registration.name,
    state: fine && !proven ? 'unverified' : state,
    why: fine && !proven ? unproven(info?.probe ?? null, current) : view.why,
    flags: serving?.flags ?? '',
    interpreter: serving?.interpreter ?? handler.registration.interpreter,
    version: state === 'foreign-ok' ? null : (info?.version ?? null),
    owner: serving === null ? 'none' : state === 'foreign-ok' ? 'foreign' : 'keeper',
    required: isRequired(config, handler.key, (info?.probe ?? null) !== null),
    probe: current === undefined ? null : probeReport(current),
    heals: parts.history.of(handler.key),
  };
}

/** A platform that was asked for and got no handler still counts: nobody is ready who lacks it. */
function unmet(row: Situation['world']['unmet'][number], parts: AccountParts): HandlerReport {
  const { config } = parts.situation;
  return {
    key: row.target,
    platforms: row.platforms,
    name: `${config.names}${row.target}`,
    state: 'missing',
    why: row.why,
    flags: '',
    interpreter: '',
    version: null,
    owner: 'none',
    required: isRequired(config, row.target, row.platforms.length > 0),
    probe: null,
    heals: 0,
  };
}

/** Problems that the view itself shows. */
function seen(view: View, { repair }: Situation): Problem[] {
  const off: Problem[] = view.observed.enabled
    ? []
    : [{ code: 'status-zero', subject: 'status', detail: '0 was written to it; no handler works' }];
  const storms = repair
    .storms(performance.now())
    .map((key): Problem => ({ code: 'heal-storm', subject: key, detail: 'more than 20 heals within 10 s' }));
  const shadowed = view.handlers
    .filter((v) => v.state === 'shadowed')
    .map((v): Problem => ({ code: 'shadowed', subject: v.handler.registration.name, detail: v.why }));
  return [...off, ...storms, ...shadowed];
}

function isRequired(config: Config, key: string, provable: boolean): boolean {
  const { required } = config.readiness;
  if (required === 'auto') return provable && config.probe.enabled;
  return required.some((name) => {
    const found = resolvePlatform(name);
    return 'target' in found && found.target === key;
  });
}

function unproven(probe: string | null, last: Verified | undefined): string {
  if (probe === null) return 'there is no probe for it';
  if (last === undefined) return 'the probe has not run yet';
  return `${last.result.verdict}: ${last.result.detail}`;
}

function probeReport({ result, at }: Verified): HandlerReport['probe'] {
  const { verdict, detail, tookMs } = result;
  return { verdict, detail, at, tookMs };
}
