import { type HandlerReport, isEmptied, isProven, type Report } from '../report/report.ts';
import { visible } from '../text/visible.ts';
import { type HttpAnswer, textAnswer } from './http-answer.ts';
import type { HttpCheckRoute } from './http-route.ts';

/** One thing that has to be so, and why it is not. */
export interface HttpCheck {
  readonly name: string;
  /**
   * A few words of a bounded vocabulary: who asks may sit anywhere, so no path and no text of the host is among them.
   * Null where all is well.
   */
  readonly fault: string | null;
}

/** How the daemon gets on, beside what it reports. */
export interface Progress {
  readonly phase: 'starting' | 'standing-by' | 'keeping' | 'stopping';
  /** The way up is over and every handler was tried once. */
  readonly complete: boolean;
  /** Since the last completed look at the entries, or the last try to take over, milliseconds. */
  readonly lookAgeMs: number;
  /** When that is too long. */
  readonly lookLimitMs: number;
}

/** Is the daemon worth keeping? That the kernel lost an entry is no reason to kill who brings it back. */
export function liveChecks({ lookAgeMs, lookLimitMs }: Progress): readonly HttpCheck[] {
  const late = lookAgeMs > lookLimitMs;
  return [{ name: 'loop', fault: late ? `the last look was ${Math.round(lookAgeMs / 1000)} s ago` : null }];
}

/** Does emulation work on this host, as far as it is required? `report` is null where it could not be drawn up. */
export function readyChecks({ phase, complete }: Progress, report: Report | null): readonly HttpCheck[] {
  const waits = phase === 'standing-by';
  const lock = { name: 'lock', fault: waits ? 'another keeper serves this instance; standing by' : null };
  if (waits) return [lock];
  if (phase === 'stopping') return [lock, { name: 'first-pass', fault: 'the daemon is about to end' }];
  const first = { name: 'first-pass', fault: complete ? null : 'not complete yet' };
  if (report === null)
    return [lock, first, { name: 'report', fault: first.fault === null ? 'the look failed' : null }];
  const { main, anchor } = report.mounts;
  return [
    lock,
    first,
    {
      name: 'mount',
      fault: [main, anchor].includes('binfmt') ? null : `main is ${main}, anchor is ${anchor}`,
    },
    { name: 'instance', fault: report.instance.enabled ? null : 'switched off: 0 was written to its status' },
    {
      name: 'host-programs',
      fault: report.problems.some((p) => p.code === 'dangerous-entry')
        ? 'an entry stops programs of this host; log, status and page name it and how to remove it'
        : null,
    },
    { name: 'kept', fault: isEmptied(report) ? 'everything was uninstalled by request' : null },
    ...report.handlers.filter((h) => h.required).map(platformCheck),
  ];
}

/** The answer in the manner of Kubernetes' own servers; that it is 200 or 503 is what counts. */
export function checksAnswer(route: HttpCheckRoute, all: readonly HttpCheck[]): HttpAnswer {
  const { kind, name } = route;
  const asked = name === null ? all : all.filter((check) => check.name === name);
  if (asked.length === 0) return textAnswer(404, `no such check; ${kind}?verbose names them`);
  const excluded = (check: HttpCheck): boolean => name === null && route.exclude.includes(check.name);
  const failed = asked.some((check) => check.fault !== null && !excluded(check));
  if (!failed && !route.verbose) return textAnswer(200, 'ok');
  const unknown = route.exclude.some((one) => !all.some((check) => check.name === one));
  const lines = [
    ...asked.map((check) => (excluded(check) ? `[+]${check.name} excluded: ok` : line(check))),
    ...(unknown ? ['warn: some checks cannot be excluded: there are none of that name'] : []),
    `${kind}${name === null ? '' : ` ${name}`} check ${failed ? 'failed' : 'passed'}`,
  ];
  return textAnswer(failed ? 503 : 200, lines.join('\n'));
}

function line({ name, fault }: HttpCheck): string {
  return fault === null ? `[+]${name} ok` : `[-]${name} failed: ${fault}`;
}

/** Names of handlers of the user's own may hold anything. */
function platformCheck(handler: HandlerReport): HttpCheck {
  const { state, probe, containers } = handler;
  const fault = isProven(handler) ? null : state;
  const found = probe?.verdict === 'verified' ? `containers ${containers.verdict}` : probe?.verdict;
  return {
    name: handler.platforms[0] ?? visible(handler.key).replace(/\s/g, '_'),
    fault: fault === 'unverified' && found !== undefined ? `unverified: ${found}` : fault,
  };
}
