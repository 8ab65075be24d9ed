import { isObject, parseJson } from '../text/json.ts';
/** An entry that this keeper registered, recorded so that it is recognized as ours after a restart. */
export interface RecordedEntry {
  /** Byte string. */
  readonly name: string;
  readonly dev: number;
  readonly ino: number;
  readonly ctimeMs: number;
  /** What was pinned; null where nothing was. */
  readonly interpreter: RecordedInterpreter | null;
}

/** The file behind a recorded entry at the time of its registration. */
export interface RecordedInterpreter {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
  readonly sha256: string;
}

/** A foreign entry as it was when it was good: the text that the kernel showed, and which handlers stood before it. */
export interface RecordedAdoption {
  /** Byte string. */
  readonly name: string;
  /** Byte string. */
  readonly text: string;
  readonly behind: readonly string[];
}

/** What outlives a restart of the keeper but not the boot. */
export interface State {
  readonly schema: 1;
  readonly bootId: string;
  readonly entries: readonly RecordedEntry[];
  /** Registration lines after which the native canary has run on this boot. */
  readonly canary: readonly string[];
  readonly adopted: readonly RecordedAdoption[];
  /** Directories that interpreters were deployed to; byte strings. */
  readonly stores: readonly string[];
}

/** Reads a state file; `why` is a sentence for the log where it cannot be used. */
export function parseState(
  text: string,
  bootId: string,
): { readonly ok: true; readonly state: State } | { readonly ok: false; readonly why: string } {
  const value = parseJson(text);
  if (!isObject(value)) return { ok: false, why: 'it is not a JSON object' };
  if (value.schema !== 1) return { ok: false, why: `schema ${JSON.stringify(value.schema)} is not known` };
  if (value.bootId !== bootId) return { ok: false, why: 'it was written on another boot' };
  // Files of version 0.1 have no list of adopted entries, and none of stores.
  const { entries, canary, adopted = [], stores = [] } = value;
  if (!Array.isArray(entries) || !entries.every(isRecordedEntry)) {
    return { ok: false, why: 'its list of entries is damaged' };
  }
  if (!Array.isArray(canary) || !canary.every(isByteString)) {
    return { ok: false, why: 'its list of canaries is damaged' };
  }
  if (!Array.isArray(adopted) || !adopted.every(isRecordedAdoption)) {
    return { ok: false, why: 'its list of adopted entries is damaged' };
  }
  if (
    !Array.isArray(stores) ||
    !stores.every((one) => isByteString(one) && one.length > 1 && one.startsWith('/'))
  ) {
    return { ok: false, why: 'its list of stores is damaged' };
  }
  return { ok: true, state: { schema: 1, bootId, entries, canary, adopted, stores } };
}

/** The text that `parseState` reads back. */
export function printState(state: State): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}

function isRecordedEntry(value: unknown): value is RecordedEntry {
  return (
    isObject(value) &&
    isByteString(value.name) &&
    isNumber(value.dev) &&
    isNumber(value.ino) &&
    isNumber(value.ctimeMs) &&
    (value.interpreter === null || isRecordedInterpreter(value.interpreter))
  );
}

function isRecordedAdoption(value: unknown): value is RecordedAdoption {
  return (
    isObject(value) &&
    isByteString(value.name) &&
    isByteString(value.text) &&
    Array.isArray(value.behind) &&
    value.behind.every((key) => typeof key === 'string')
  );
}

function isRecordedInterpreter(value: unknown): value is RecordedInterpreter {
  return (
    isObject(value) &&
    typeof value.path === 'string' &&
    isNumber(value.dev) &&
    isNumber(value.ino) &&
    typeof value.sha256 === 'string' &&
    // Empty for a file that is used where it is: nobody says what it must be.
    /^([0-9a-f]{64})?$/.test(value.sha256)
  );
}

function isByteString(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && [...value].every((char) => char.charCodeAt(0) < 256);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
