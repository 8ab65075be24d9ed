import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { refuseTokens, type TextFault } from './tokens.ts';

/** A file's content, and where each part of it stands. */
export interface LocatedYaml {
  readonly ok: true;
  readonly value: unknown;
  /** Offset of the value at `path`, or of what encloses it where it is missing; of the key with `asKey`. */
  offset(path: readonly PropertyKey[], asKey?: boolean): number;
  /** `file:line:column` of an offset. */
  place(offset: number): string;
}

/** Why a file could not be read, each with its place. */
export interface BrokenYaml {
  readonly ok: false;
  readonly errors: readonly string[];
}

/** Two hundred own handlers take 60 KB; parsing this much takes well under a second. */
const mostKiB = 256;

/**
 * Reads the plain part of YAML that a configuration needs and refuses the rest with a place, so that no file, however
 * hostile, stops the daemon for long or ends in a stack trace.
 */
export function readYaml(name: string, text: string): LocatedYaml | BrokenYaml {
  const file = visible(name);
  if (text.length > mostKiB * 1024) {
    return { ok: false, errors: [`${file}:1:1: larger than ${mostKiB} KiB, too long for a configuration`] };
  }
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  const place = (offset: number): string =>
    Object.values(lines.linePos(offset)).reduce((p, n) => `${p}:${n}`, file);
  const refused = (faults: readonly TextFault[]): BrokenYaml => ({
    ok: false,
    errors: [...faults].sort((a, b) => a.at - b.at).map((f) => `${place(f.at)}: ${f.why}`),
  });
  const unfit = [...refuseCharacters(text), ...refuseTokens(text)];
  if (unfit.length > 0) return refused(unfit);
  // uniqueKeys compares each key with each other one, quadratically: refuseNodes() looks for twins itself.
  const doc = parseDocument(text, { prettyErrors: false, uniqueKeys: false });
  const odd = [...doc.errors, ...doc.warnings].map((e) => ({ at: e.pos[0], why: visible(e.message) }));
  const faults = odd.length > 0 ? odd : refuseNodes(doc);
  if (faults.length > 0) return refused(faults);
  const value = doc.contents === null ? {} : doc.toJS();
  return { ok: true, value, place, offset: (path, asKey) => offsetOf(doc, path, asKey ?? false) };
}

function refuseCharacters(text: string): TextFault[] {
  const found = /(?![\t\n\r])\p{Cc}|\uFFFD/u.exec(text);
  if (found === null) return [];
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const why = found[0] === '\uFFFD' ? 'not valid UTF-8' : `control character U+${code}, which no text has`;
  return [{ at: found.index, why }];
}

/** What the text does not show: keys that are no words, and keys given twice, of which one would be lost. */
function refuseNodes(doc: Document.Parsed): TextFault[] {
  if (doc.contents !== null && !isMap(doc.contents)) {
    return [{ at: start(doc.contents), why: 'the configuration must be a mapping of keys to values' }];
  }
  const faults: TextFault[] = [];
  visit(doc, (_, node) => {
    if (isMap(node)) faults.push(...twins(node.items));
    if (isPair(node)) keepBytesAsText(node.key, node.value);
  });
  return faults;
}

function twins(items: readonly { key: unknown }[]): TextFault[] {
  const seen = new Set<string>();
  const faults: TextFault[] = [];
  for (const { key } of items) {
    if (!isScalar(key) || typeof key.value !== 'string') {
      faults.push({ at: start(key), why: 'keys must be plain words' });
      continue;
    }
    if (seen.has(key.value)) faults.push({ at: start(key), why: `key ${visible(key.value)} is given twice` });
    seen.add(key.value);
  }
  return faults;
}

/** `magic: 0x7f45` is a number to YAML, which would lose its length. */
function keepBytesAsText(key: unknown, value: unknown): void {
  if (!isScalar(key) || (key.value !== 'magic' && key.value !== 'mask')) return;
  if (isScalar(value) && typeof value.value === 'number') value.value = value.source ?? String(value.value);
}

function offsetOf(doc: Document.Parsed, path: readonly PropertyKey[], asKey: boolean): number {
  const parent = path.length > 1 ? doc.getIn(path.slice(0, -1), true) : doc.contents;
  if (asKey && isMap(parent)) {
    const name = path.at(-1);
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === name);
    if (pair) return start(pair.key);
  }
  const node = path.length > 0 ? doc.getIn(path, true) : doc.contents;
  if (isNode(node)) return start(node);
  return path.length > 0 ? offsetOf(doc, path.slice(0, -1), false) : 0;
}

function start(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** On one line, without what a terminal would obey. */
function visible(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, ' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
