import type * as z from 'zod';
import { nearest } from '../text/suggest.ts';
import { exampleOf, type Setting, settings } from './options.ts';
import { ownCheckExample, ownCheckKeys } from './own-check.ts';
import { ownHandlerExample, ownHandlerKeys } from './own-handler.ts';

/** One thing wrong with a configuration: where, and what would be right. */
export interface ConfigFault {
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is wrong, not its value. */
  readonly atKey: boolean;
  readonly why: string;
}

type Issue = z.core.$ZodIssue;

/** More faults than this are not looked at: nobody reads them, and a hostile file has a hundred thousand. */
export const mostFaults = 20;

/** Says in the words of this program what zod found; `given` is the value that was parsed. */
export function faultsOf(issues: readonly Issue[], given: unknown): ConfigFault[] {
  return issues.slice(0, mostFaults + 1).flatMap((issue) => faultsOfIssue(issue, issue.path, given));
}

/** A path as a person writes it; keys that hold other than words are quoted. */
export function dotted(path: readonly PropertyKey[]): string {
  return path.map((part) => (/^[\w-]+$/.test(String(part)) ? String(part) : quote(String(part)))).join('.');
}

function faultsOfIssue(issue: Issue, path: readonly PropertyKey[], given: unknown): ConfigFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, mostFaults + 1)
      .map((key) => ({ path: [...path, key], atKey: true, why: unknownKey(path, key) }));
  }
  if (issue.code === 'invalid_union') {
    // The branch that got furthest into the value is the one that was meant.
    const inner = issue.errors.find((branch) => branch.some((i) => i.path.length > 0));
    if (inner) return inner.flatMap((i) => faultsOfIssue(i, [...path, ...i.path], given));
  }
  const value = valueAt(given, path);
  const setting = settings.find((s) => s.config === path.join('.'));
  const why =
    issue.code === 'custom' ||
    issue.code === 'too_big' ||
    issue.code === 'too_small' ||
    issue.code === 'invalid_format'
      ? issue.message
      : setting
        ? `must be ${allowed(setting)}; got ${describe(value)}${meant(setting, value)}`
        : issue.code === 'invalid_type'
          ? wrongType(issue.expected, value, exampleAt(path))
          : issue.message;
  return [{ path, atKey: false, why }];
}

function unknownKey(path: readonly PropertyKey[], key: string): string {
  const keys = keysAt(path);
  const word = nearest(key, keys);
  return word === undefined
    ? `unknown key; allowed: ${keys.join(', ')}`
    : `unknown key; did you mean ${quote(word)}?`;
}

function keysAt(path: readonly PropertyKey[]): readonly string[] {
  if (path[0] === 'handlers') return path[2] === 'check' ? ownCheckKeys : ownHandlerKeys;
  const names = [...settings.map((s) => s.config.split('.')), ['handlers']];
  const below = names.filter((name) => path.every((part, i) => name[i] === part));
  return [...new Set(below.map((name) => name[path.length] ?? ''))];
}

function allowed(setting: Setting): string {
  switch (setting.type) {
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${setting.values.join(', ')}`;
    case 'duration':
      return 'a duration such as 30s or 5m';
    case 'list':
      return `a list such as [${exampleOf(setting.config)}]`;
    case 'word-or-list':
      return `${setting.values.join(', ')} or a list such as [${exampleOf(setting.config)}]`;
    case 'boolean-or-list':
      return `true, false or a list such as [${exampleOf(setting.config)}]`;
    default:
      return `text such as ${exampleOf(setting.config)}`;
  }
}

function meant(setting: Setting, value: unknown): string {
  const word = typeof value === 'string' ? nearest(value, setting.values) : undefined;
  return word === undefined ? '' : `; did you mean ${quote(word)}?`;
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a mapping',
  array: 'a list',
  int: 'a whole number',
  number: 'a whole number',
};

function wrongType(expected: string, value: unknown, example: string | null): string {
  const such = example === null ? '' : ` such as ${example}`;
  return value === undefined
    ? `is missing${example === null ? '' : `: ${words[expected] ?? expected}${such}`}`
    : `must be ${words[expected] ?? expected}${such}; got ${describe(value)}`;
}

/** Something right for a place of the file: an item of a list, a key of a handler, or a mapping with one of its keys. */
function exampleAt(path: readonly PropertyKey[]): string | null {
  const [first, at, key, part] = path;
  if (first === 'handlers') {
    const handler = `{name: ${ownHandlerExample.name}, extension: ${ownHandlerExample.extension}, interpreter: ${ownHandlerExample.interpreter}}`;
    if (at === undefined) return `[${handler}]`;
    if (key === 'check' && part !== undefined) {
      const inCheck = ownCheckKeys.find((name) => name === part);
      return inCheck === undefined ? null : ownCheckExample[inCheck];
    }
    const known = ownHandlerKeys.find((name) => name === key);
    return key === undefined ? handler : known === undefined ? null : ownHandlerExample[known];
  }
  const item = settings.find((s) => s.config === path.slice(0, -1).join('.'));
  if (item !== undefined) return exampleOf(item.config);
  const below = settings.find((s) => s.config.startsWith(`${path.join('.')}.`));
  return below === undefined
    ? null
    : `{${below.config.slice(path.join('.').length + 1)}: ${itemOrList(below)}}`;
}

function itemOrList({ config, type }: Setting): string {
  return type === 'list' ? `[${exampleOf(config)}]` : exampleOf(config);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? quote(value) : String(value);
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    given,
  );
}

function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short);
}
