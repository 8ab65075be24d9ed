import { resolvePlatform } from '../platforms/platforms.ts';
import type { Report } from '../report/report.ts';
import { otherServed } from '../report/served.ts';
import { isObject, parseJson } from '../text/json.ts';

/** What is spoken on the control socket: one line of JSON each way, one request a connection, answers until the end. */
const controlVersion = 1;

/** A request longer than this, in bytes, is refused before it is whole. */
export const largestRequest = 64 * 1024;

/** Longest pause, so that a timer can count it: a little more than 24 days. */
export const longestPauseMs = 2 ** 31 - 1;

/** Targets of the catalogue by name; none stand for what the configuration says, `all` for every platform there is. */
export type Targets = readonly string[] | 'all';

/** What can be asked of a running daemon. */
export type ControlRequest =
  | { readonly type: 'status' | 'resume' }
  | { readonly type: 'watch' }
  /** `available`: of a list that somebody made of a word for all, that for which there are emulators. */
  | { readonly type: 'install'; readonly targets: Targets; readonly available?: boolean }
  /** `purge`, with "all": what was deployed, mounted and remembered goes too. */
  | { readonly type: 'uninstall'; readonly targets: Targets; readonly purge?: boolean }
  | { readonly type: 'probe'; readonly targets: Targets }
  /** null: until somebody resumes. */
  | { readonly type: 'pause'; readonly forMs: number | null };

/** What comes back: any number of `progress`, then one other line; after `watch` any number of reports. */
export type ControlAnswer =
  | { readonly type: 'progress'; readonly text: string }
  /** `ok`: what was asked for is so now. */
  | { readonly type: 'report'; readonly report: Report; readonly ok: boolean }
  /** Entries; after a purge the files that went and those of others that stayed. */
  | ({ readonly type: 'removed'; readonly removed: readonly string[]; readonly failed: readonly string[] } & {
      readonly purged?: PurgedFiles;
    })
  | { readonly type: 'error'; readonly code: ControlErrorCode; readonly detail: string };

/** What a purge took away beside entries; `left` are files of others, `faults` sentences on what could not go. */
export interface PurgedFiles {
  readonly removed: readonly string[];
  readonly bytes: number;
  readonly left: readonly string[];
  readonly faults: readonly string[];
}

/** Why a request got no answer. */
export type ControlErrorCode = (typeof errorCodes)[number];

const errorCodes = [
  // said by the daemon
  'bad-request',
  'unknown-version',
  'too-large',
  'too-slow',
  'busy',
  'paused',
  'stopping',
  'internal',
  // found out by who asks
  'no-permission',
  'no-answer',
  'garbage',
] as const;

/** A request as it was understood, or what to answer instead. */
export type ParsedRequest =
  | { readonly ok: true; readonly request: ControlRequest }
  | { readonly ok: false; readonly error: ControlAnswer & { readonly type: 'error' } };

/** Reads one line. Names of platforms are resolved; unknown keys are errors, since a half-understood order is worse than none. */
export function parseRequest(line: string): ParsedRequest {
  const value = parseJson(line);
  if (!isObject(value)) return refuse('bad-request', 'expected one JSON object in one line');
  if (value.version !== controlVersion)
    return refuse('unknown-version', `expected version ${controlVersion}, got ${shown(value.version)}`);
  const allowed = typeof value.type === 'string' ? keysOf.get(value.type) : undefined;
  if (allowed === undefined)
    return refuse(
      'bad-request',
      `type: expected one of ${[...keysOf.keys()].join(', ')}, got ${shown(value.type)}`,
    );
  const strange = Object.keys(value).find((key) => !['version', 'type', ...allowed].includes(key));
  if (strange !== undefined) return refuse('bad-request', `unknown key ${shown(strange)}`);
  switch (value.type) {
    case 'install':
      return withFlag(withTargets(value.type, value.targets), 'available', value.available);
    case 'uninstall':
      return withFlag(withTargets(value.type, value.targets), 'purge', value.purge);
    case 'probe':
      return withTargets(value.type, value.targets);
    case 'pause':
      return withTime(value.forMs);
    case 'status':
    case 'watch':
    case 'resume':
      return { ok: true, request: { type: value.type } };
    default:
      return refuse('bad-request', `type: ${shown(value.type)}`);
  }
}

/** The line that `parseRequest` reads back. */
export function printRequest(request: ControlRequest): string {
  return `${JSON.stringify({ version: controlVersion, ...request })}\n`;
}

/** The line that `parseAnswer` reads back. */
export function printAnswer(answer: ControlAnswer): string {
  return `${JSON.stringify(answer)}\n`;
}

/** Reads one line of an answer; null where it is none. `readReport` checks the shape of a report. */
export function parseAnswer(
  line: string,
  readReport: (value: unknown) => Report | null,
): ControlAnswer | null {
  const value = parseJson(line);
  if (!isObject(value)) return null;
  switch (value.type) {
    case 'progress':
      return typeof value.text === 'string' ? { type: 'progress', text: value.text } : null;
    case 'report': {
      const report = readReport(value.report);
      return report !== null && typeof value.ok === 'boolean'
        ? { type: 'report', report, ok: value.ok }
        : null;
    }
    case 'removed':
      return readRemoved(value);
    case 'error': {
      const code = errorCodes.find((known) => known === value.code);
      return code !== undefined && typeof value.detail === 'string'
        ? { type: 'error', code, detail: value.detail }
        : null;
    }
    default:
      return null;
  }
}

/** An error as an answer. */
export function controlError(
  code: ControlErrorCode,
  detail: string,
): ControlAnswer & { readonly type: 'error' } {
  return { type: 'error', code, detail };
}

/** Whether everything that was asked for is proven, required or not; without names: whether all that is required is. */
export function isSatisfied(report: Report, targets: Targets): boolean {
  if (targets === 'all' || targets.length === 0) return report.ready;
  return targets.every((target) =>
    [...report.handlers, ...otherServed(report)].some(
      (h) =>
        h.key === target && (h.state === 'ok' || h.state === 'foreign-ok') && h.probe?.verdict === 'verified',
    ),
  );
}

const keysOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['status', []],
  ['watch', []],
  ['install', ['targets', 'available']],
  ['uninstall', ['targets', 'purge']],
  ['probe', ['targets']],
  ['pause', ['forMs']],
  ['resume', []],
]);

function withTargets(type: 'install' | 'uninstall' | 'probe', given: unknown): ParsedRequest {
  if (given === 'all') return { ok: true, request: { type, targets: 'all' } };
  if (!isTexts(given))
    return refuse('bad-request', `targets: expected "all" or a list of names, got ${shown(given)}`);
  if (type === 'uninstall' && given.length === 0)
    return refuse('bad-request', 'targets: expected "all" or at least one name');
  const targets = new Set<string>();
  for (const name of given) {
    const found = resolvePlatform(name.slice(0, 100));
    // Handlers of the user's own and entries of others have names as they like.
    if ('problem' in found && type === 'probe' && name.length <= 255) {
      targets.add(name);
      continue;
    }
    if ('problem' in found) return refuse('bad-request', `targets: ${found.problem}`);
    targets.add(found.target);
  }
  return { ok: true, request: { type, targets: [...targets] } };
}

function withFlag(parsed: ParsedRequest, key: 'available' | 'purge', given: unknown): ParsedRequest {
  if (given === undefined || !parsed.ok) return parsed;
  if (typeof given !== 'boolean')
    return refuse('bad-request', `${key}: expected true or false, got ${shown(given)}`);
  const { request } = parsed;
  if (request.type === 'uninstall' && given && request.targets !== 'all')
    return refuse('bad-request', 'purge: expected targets "all", for what was deployed belongs to all');
  return { ok: true, request: { ...request, [key]: given } };
}

function readRemoved({ removed, failed, purged }: Readonly<Record<string, unknown>>): ControlAnswer | null {
  if (!isTexts(removed) || !isTexts(failed)) return null;
  if (purged === undefined) return { type: 'removed', removed, failed };
  if (!isObject(purged) || typeof purged.bytes !== 'number') return null;
  const { removed: files, bytes, left, faults } = purged;
  if (!isTexts(files) || !isTexts(left) || !isTexts(faults)) return null;
  return { type: 'removed', removed, failed, purged: { removed: files, bytes, left, faults } };
}

function withTime(given: unknown): ParsedRequest {
  if (given === null) return { ok: true, request: { type: 'pause', forMs: null } };
  if (typeof given === 'number' && Number.isInteger(given) && given > 0 && given <= longestPauseMs)
    return { ok: true, request: { type: 'pause', forMs: given } };
  return refuse(
    'bad-request',
    `forMs: expected null or whole milliseconds from 1 to ${longestPauseMs}, got ${shown(given)}`,
  );
}

function refuse(code: ControlErrorCode, detail: string): ParsedRequest {
  return { ok: false, error: controlError(code, detail) };
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
