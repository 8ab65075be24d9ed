import { architectureOf } from '../platforms/catalogue.ts';
import { isObject, parseJson } from '../text/json.ts';
import { type WitnessResult, witnessVerdicts } from './witness.ts';

/** What is spoken on the socket of witnesses: one line of JSON, answered by one line that says whether it was taken. */
const messageVersion = 1;

/** A message longer than this, in bytes, is refused before it is whole. */
export const largestMessage = 64 * 1024;

const mostResults = 48;
const longestDetail = 300;
/** What is older says nothing of today. */
const oldestMs = 86_400_000;

/** Why a message was not taken; nothing else is ever answered. */
export type WitnessRefusal = (typeof refusals)[number];

const refusals = ['bad-message', 'unknown-version', 'too-large', 'too-slow', 'busy', 'privileged'] as const;

/** A message as it was understood, or why it was not. */
export type ParsedMessage =
  | { readonly ok: true; readonly results: readonly WitnessResult[] }
  | { readonly ok: false; readonly why: WitnessRefusal };

/** Reads one line from anybody: what is not exactly such a message is refused as a whole. */
export function parseMessage(line: string): ParsedMessage {
  const value = parseJson(line);
  if (!isObject(value) || !hasOnly(value, ['version', 'results'])) return refused('bad-message');
  if (value.version !== messageVersion) return refused('unknown-version');
  const { results: given } = value;
  if (!Array.isArray(given) || given.length === 0 || given.length > mostResults)
    return refused('bad-message');
  const results = given.flatMap((one: unknown) => readResult(one) ?? []);
  const targets = new Set(results.map((r) => r.target));
  return results.length === given.length && targets.size === results.length
    ? { ok: true, results }
    : refused('bad-message');
}

/** The line that `parseMessage` reads back. */
export function printMessage(results: readonly WitnessResult[]): string {
  const cut = results.slice(0, mostResults).map(({ target, verdict, detail, ageMs }) => ({
    ...{ target, verdict, detail: detail.replace(/\p{Cc}/gu, ' ').slice(0, longestDetail) },
    ageMs: Math.min(Math.max(0, Math.ceil(ageMs)), oldestMs),
  }));
  return `${JSON.stringify({ version: messageVersion, results: cut })}\n`;
}

/** The acknowledgement. */
export function printAcknowledgement(refusal: WitnessRefusal | null): string {
  return `${JSON.stringify(refusal === null ? { taken: true } : { taken: false, why: refusal })}\n`;
}

/** Reads it back: null where it was taken, else why not. */
export function parseAcknowledgement(line: string): WitnessRefusal | 'no-answer' | null {
  const value = parseJson(line);
  if (!isObject(value)) return 'no-answer';
  return value.taken === true ? null : (refusals.find((why) => why === value.why) ?? 'no-answer');
}

function readResult(value: unknown): WitnessResult | null {
  if (!isObject(value) || !hasOnly(value, ['target', 'verdict', 'detail', 'ageMs'])) return null;
  const { target, detail, ageMs } = value;
  const verdict = witnessVerdicts.find((known) => known === value.verdict);
  if (verdict === undefined || typeof target !== 'string' || architectureOf(target) === undefined)
    return null;
  if (typeof detail !== 'string' || detail.length > longestDetail) return null;
  if (typeof ageMs !== 'number' || !Number.isInteger(ageMs) || ageMs < 0 || ageMs > oldestMs) return null;
  return { target, verdict, detail, ageMs };
}

function hasOnly(value: object, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}

function refused(why: WitnessRefusal): ParsedMessage {
  return { ok: false, why };
}
