import { nearest } from '../text/suggest.ts';
import { fromText, globalOptions, internalEnv, type Setting, settings } from './options.ts';
import type { Origin } from './origin.ts';
import type { Config } from './schema.ts';

/** Where a configuration comes from; a later one wins, leaf by leaf. */
export interface ConfigSources {
  readonly file?: { readonly name: string; readonly text: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By long name without dashes (`probe-interval`); other names, such as a command's own options, are passed over. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** How flags (`--mounts-main`) were spelled where they have other names, for what is said of them. */
  readonly called?: Readonly<Record<string, string>>;
}

/** The configuration with the origin of each leaf by its path, or everything that is wrong with it. */
export type ParsedConfig =
  | { readonly ok: true; readonly config: Config; readonly origins: ReadonlyMap<string, Origin> }
  | { readonly ok: false; readonly errors: readonly string[] };

/** What one source says: the values of leaves with their origins, or what is wrong with it. */
export interface Layer {
  readonly errors: readonly string[];
  readonly values: readonly { readonly path: string; readonly value: unknown; readonly origin: Origin }[];
}

/** Reads the value of one setting that was given by name. */
export type ReadSetting = (setting: Setting, value: unknown, origin: NamedOrigin) => Layer;

/** A flag or a variable. */
export type NamedOrigin = Extract<Origin, { readonly name: string }>;

/** The leaves of a configuration by their paths. */
export const leaves: readonly string[] = [...settings.map((s) => s.config), 'handlers'];

/** Where all of it comes from before anybody says anything. */
export function builtInOrigins(): Map<string, Origin> {
  return new Map(leaves.map((path) => [path, { kind: 'built-in' }]));
}

/** What the environment says. */
export function readEnvLayer(env: ConfigSources['env'], read: ReadSetting): Layer {
  const known = [...settings.map((s) => s.env), ...globalOptions.flatMap((o) => o.env ?? []), ...internalEnv];
  const unknown = Object.keys(env)
    .filter((name) => name.startsWith('BINFMT_KEEPER_') && !known.includes(name) && !serviceLink.test(name))
    .map((name) => {
      const word = nearest(name, known);
      return `${name.slice(0, 100)}: unknown variable${word === undefined ? '' : `; did you mean ${word}?`}`;
    });
  // An empty variable counts as unset: templates and EnvironmentFile= leave such behind.
  const set = settings.flatMap((s) => {
    const given = env[s.env];
    const text = given?.trim();
    if (given !== undefined && namesNothing(s, given)) return [emptyList(s.env, s)];
    return text ? [read(s, fromText(s, text), { kind: 'env', name: s.env, called: s.env })] : [];
  });
  const errors = [...unknown, ...wrongWords(env), ...set.flatMap((l) => l.errors)];
  return { errors, values: set.flatMap((l) => l.values) };
}

/**
 * Kubernetes sets such variables in every pod for every Service of its namespace, ours perhaps among them
 * (kubernetes.io, "Accessing the Service", environment variables): they are not ours to complain about.
 */
const serviceLink =
  /^BINFMT_KEEPER(_\w+)?_(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** Variables that are no settings but have a table of words too. */
function wrongWords(env: ConfigSources['env']): string[] {
  return globalOptions.flatMap((o) => {
    const text = (o.env === null ? undefined : env[o.env])?.trim();
    if (!text || o.values.length === 0 || o.values.includes(text)) return [];
    return [`${o.env}: must be one of ${o.values.join(', ')}; got ${JSON.stringify(text.slice(0, 60))}`];
  });
}

/** What the command line says. */
export function readFlagLayer(
  { flags, called = {} }: Pick<ConfigSources, 'flags' | 'called'>,
  read: ReadSetting,
): Layer {
  const set = settings.flatMap((s) => {
    const given = flags[s.flag.slice(2)];
    if (given === undefined) return [];
    const origin = { kind: 'flag', name: s.flag, called: called[s.flag] ?? s.flag } as const;
    if (Array.isArray(given) && !s.type.endsWith('list')) {
      return [{ errors: [`${origin.called}: given more than once`], values: [] }];
    }
    const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (texts.some((t) => typeof t === 'string' && namesNothing(s, t))) return [emptyList(origin.called, s)];
    const value = texts.every((t) => typeof t === 'string') ? fromText(s, texts.join(',')) : given;
    return [read(s, value, origin)];
  });
  return { errors: set.flatMap((l) => l.errors), values: set.flatMap((l) => l.values) };
}

/**
 * Whether a list of platforms has no item. Nobody writes that: a variable of a pipeline was not set, and neither all nor
 * none of them is what was meant.
 */
function namesNothing({ takes }: Setting, text: string): boolean {
  return takes === 'platforms' && isBlankList(text);
}

/** Whether a list has no item. */
export function isBlankList(text: string): boolean {
  return /^[\s,]*$/.test(text);
}

function emptyList(called: string, { values }: Setting): Layer {
  const words = [...values, 'a list such as linux/arm64,linux/riscv64'];
  const why = `the list is empty; write ${words.join(', or ')}, or leave it out`;
  return { errors: [`${called}: ${why}`], values: [] };
}

/** Puts a value at a path of keys. */
export function place(target: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  const [key, ...rest] = keys;
  if (key === undefined) return;
  if (rest.length === 0) target[key] = value;
  else {
    const next = target[key];
    const child = isRecord(next) ? next : {};
    target[key] = child;
    place(child, rest, value);
  }
}

/** Whether a value has keys. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Typed arrays cannot be frozen; nothing here hands them on for writing. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
