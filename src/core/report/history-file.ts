import { isObject, parseJson } from '../text/json.ts';
import type { HealReport } from './report.ts';
import { mostUnserved, type UnservedProgram, unservedOf } from './unserved.ts';

/** As many heals as are remembered. */
export const mostHeals = 200;

/** What is told of losses on this boot, whichever daemon saw them. */
export interface Chronicle {
  /** Newest last. */
  readonly heals: readonly HealReport[];
  /** When each handler was lost last, by the name of its entry; Unix milliseconds. */
  readonly lost: readonly (readonly [handler: string, at: number])[];
  /** Programs that could not run, newest last. */
  readonly unserved: readonly UnservedProgram[];
}

/** Reads what an earlier daemon wrote down. What is damaged or of another boot is nothing, since nothing depends on it. */
export function parseChronicle(text: string | null, bootId: string): Chronicle {
  const value = text === null || text.length > mostText ? null : parseJson(text);
  if (!isObject(value) || value.schema !== 1 || value.bootId !== bootId)
    return { heals: [], lost: [], unserved: [] };
  const heals = listOf(value.heals).flatMap((one) => heal(one) ?? []);
  const unserved = listOf(value.unserved).flatMap((one) => unservedOf(one) ?? []);
  return {
    heals: heals.slice(-mostHeals),
    lost: listOf(value.lost).slice(0, mostLost).filter(isLoss),
    unserved: unserved.slice(-mostUnserved),
  };
}

/** The text that `parseChronicle` reads back. */
export function printChronicle({ heals, lost, unserved }: Chronicle, bootId: string): string {
  const kept = { heals: heals.slice(-mostHeals), lost: lost.slice(0, mostLost), unserved };
  return `${JSON.stringify({ schema: 1, bootId, ...kept })}\n`;
}

/** More than the longest that is ever written: a heal tells a name and a path or two. */
const mostText = 8 * 1024 * 1024;
const mostLost = 2000;
/** Times that a Date can hold. */
const lastMoment = 8_640_000_000_000_000;

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function heal(value: unknown): HealReport | null {
  if (!isObject(value)) return null;
  const { at, key, name, reason, why, tookMs } = value;
  if (!isTime(at) || !isWord(key) || !isWord(name) || !isWord(reason) || !isWord(why)) return null;
  if (typeof tookMs !== 'number' || !Number.isFinite(tookMs) || tookMs < 0) return null;
  return { at, key, name, reason, why, tookMs };
}

function isLoss(value: unknown): value is readonly [string, number] {
  return Array.isArray(value) && value.length === 2 && isWord(value[0]) && isTime(value[1]);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= lastMoment;
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 10_000;
}
