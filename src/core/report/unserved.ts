import { isObject } from '../text/json.ts';

/** A program that could not run, and how often it was tried. */
export interface UnservedProgram {
  /** When it was tried last, Unix milliseconds. */
  readonly at: number;
  /** Empty where the file's header says nothing that is known. */
  readonly platform: string;
  /** `none`: nobody serves it; `gone`: a handler of ours does, and did not come back in time. */
  readonly cause: 'none' | 'gone';
  /** As it was executed; a byte string, which may be cut. */
  readonly path: string;
  readonly count: number;
  /** Where it was tried, as far as the control group of the process told. */
  readonly container: string | null;
  readonly pod: string | null;
  readonly unit: string | null;
}

/** Programs that could not run, as the last resort told of them. */
export interface UnservedReport {
  /** Whether the keeper can hear of them: without FFI it cannot, nor where another process has the address. */
  readonly listening: boolean;
  /** Since the start of the daemon. */
  readonly counts: readonly {
    readonly platform: string;
    readonly cause: UnservedProgram['cause'];
    readonly count: number;
  }[];
  /** Those of this boot, newest last, 50 at most. */
  readonly recent: readonly UnservedProgram[];
}

/** As many are remembered. */
export const mostUnserved = 50;

/** Reads one of what was written down; null for anything else. */
export function unservedOf(value: unknown): UnservedProgram | null {
  if (!isObject(value)) return null;
  const { at, platform, cause, path, count } = value;
  if (typeof at !== 'number' || !Number.isInteger(at) || at < 0 || at > 8_640_000_000_000_000) return null;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) return null;
  if (!isWord(platform) || !isWord(path) || (cause !== 'none' && cause !== 'gone')) return null;
  const place = ['container', 'pod', 'unit'].map((name) => (isWord(value[name]) ? value[name] : null));
  const [container = null, pod = null, unit = null] = place;
  return { at, platform, cause, path, count, container, pod, unit };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2000;
}
