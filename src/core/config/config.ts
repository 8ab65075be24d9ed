import { resolvePlatform } from '../platforms/platforms.ts';
import { autoTargets } from '../platforms/select.ts';
import { nearest } from '../text/suggest.ts';
import { type ConfigFault, dotted, faultsOf, mostFaults } from './issues.ts';
import { type BrokenYaml, type LocatedYaml, readYaml } from './locate.ts';
import { fromText, globalOptions, internalEnv, type Setting, settings } from './options.ts';
import { type Config, configSchema } from './schema.ts';

export type { Config } from './schema.ts';

/** Where a configuration comes from; a later one wins, leaf by leaf. */
export interface ConfigSources {
  readonly file?: { readonly name: string; readonly text: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By long name without dashes (`probe-interval`); other names, such as a command's own options, are passed over. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** The configuration with the origin of each leaf by its path, or everything that is wrong with it. */
export type ParsedConfig =
  | { readonly ok: true; readonly config: Config; readonly origins: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly errors: readonly string[] };

/**
 * Makes one configuration of flags, environment, file and defaults. Every source is checked whole, also where another
 * one overrides it, so that a fault does not wait for the day the override goes.
 */
export function parseConfig(sources: ConfigSources): ParsedConfig {
  const yaml = readYaml(sources.file?.name ?? '', sources.file?.text ?? '');
  const layers = [readFileLayer(yaml), readEnvLayer(sources.env), readFlagLayer(sources.flags)];
  const errors = layers.flatMap((layer) => layer.errors);
  if (errors.length > 0) return { ok: false, errors: shorten(errors) };
  const input = {};
  const origins = new Map<string, string>();
  for (const path of leaves) origins.set(path, 'built-in');
  for (const { path, value, origin } of layers.flatMap((layer) => layer.values)) {
    place(input, path.split('.'), value);
    origins.set(path, origin);
  }
  const parsed = configSchema.safeParse(input);
  const faults = parsed.success ? contradictions(parsed.data) : faultsOf(parsed.error.issues, input);
  if (!parsed.success || faults.length > 0) {
    return { ok: false, errors: shorten(faults.map((fault) => blame(fault, origins, yaml))) };
  }
  return { ok: true, config: freeze(parsed.data), origins };
}

/** The directory of our state, socket and anchor: it is where the anchor lies. */
export function runDirectory(config: Config): string {
  return parentOf(config.mounts.anchor);
}

interface Layer {
  readonly errors: readonly string[];
  readonly values: readonly { readonly path: string; readonly value: unknown; readonly origin: string }[];
}

const leaves: readonly string[] = [...settings.map((s) => s.config), 'handlers'];

function readFileLayer(yaml: LocatedYaml | BrokenYaml): Layer {
  if (!yaml.ok) return { errors: yaml.errors, values: [] };
  const parsed = configSchema.safeParse(yaml.value);
  if (!parsed.success) {
    const faults = faultsOf(parsed.error.issues, yaml.value).map((f) => ({
      ...f,
      at: yaml.offset(f.path, f.atKey),
    }));
    faults.sort((a, b) => a.at - b.at);
    const errors = faults.map((f) => `${yaml.place(f.at)}: ${dotted(f.path) || 'document'}: ${f.why}`);
    return { errors, values: [] };
  }
  const values = leaves.flatMap((path) => {
    const keys = path.split('.');
    const value = keys.reduce<unknown>((v, key) => (isRecord(v) ? v[key] : undefined), yaml.value);
    return value === undefined ? [] : [{ path, value, origin: yaml.place(yaml.offset(keys)) }];
  });
  return { errors: [], values };
}

/**
 * Kubernetes sets such variables in every pod for every Service of its namespace, ours perhaps among them
 * (kubernetes.io, "Accessing the Service", environment variables): they are not ours to complain about.
 */
const serviceLink =
  /^BINFMT_KEEPER(_\w+)?_(SERVICE_(HOST|PORT)(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

function readEnvLayer(env: ConfigSources['env']): Layer {
  const known = [...settings.map((s) => s.env), ...globalOptions.flatMap((o) => o.env ?? []), ...internalEnv];
  const unknown = Object.keys(env)
    .filter((name) => name.startsWith('BINFMT_KEEPER_') && !known.includes(name) && !serviceLink.test(name))
    .map((name) => {
      const word = nearest(name, known);
      return `${name.slice(0, 100)}: unknown variable${word === undefined ? '' : `; did you mean ${word}?`}`;
    });
  // An empty variable counts as unset: templates and EnvironmentFile= leave such behind.
  const set = settings.flatMap((s) => {
    const text = env[s.env]?.trim();
    return text ? [readSetting(s, fromText(s, text), s.env, `env ${s.env}`)] : [];
  });
  const errors = [...unknown, ...wrongWords(env), ...set.flatMap((l) => l.errors)];
  return { errors, values: set.flatMap((l) => l.values) };
}

/** Variables that are no settings but have a table of words too. */
function wrongWords(env: ConfigSources['env']): string[] {
  return globalOptions.flatMap((o) => {
    const text = (o.env === null ? undefined : env[o.env])?.trim();
    if (!text || o.values.length === 0 || o.values.includes(text)) return [];
    return [`${o.env}: must be one of ${o.values.join(', ')}; got ${JSON.stringify(text.slice(0, 60))}`];
  });
}

function readFlagLayer(flags: ConfigSources['flags']): Layer {
  const set = settings.flatMap((s) => {
    const given = flags[s.flag.slice(2)];
    if (given === undefined) return [];
    if (Array.isArray(given) && !s.type.endsWith('list')) {
      return [{ errors: [`${s.flag}: given more than once`], values: [] }];
    }
    const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
    const value = texts.every((t) => typeof t === 'string') ? fromText(s, texts.join(',')) : given;
    return [readSetting(s, value, s.flag, `flag ${s.flag}`)];
  });
  return { errors: set.flatMap((l) => l.errors), values: set.flatMap((l) => l.values) };
}

function readSetting(setting: Setting, value: unknown, name: string, origin: string): Layer {
  const input = {};
  place(input, setting.config.split('.'), value);
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return { errors: [], values: [{ path: setting.config, value, origin }] };
  return { errors: faultsOf(parsed.error.issues, input).map((fault) => `${name}: ${fault.why}`), values: [] };
}

/** What no value says alone. */
function contradictions(config: Config): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const wrong = (path: readonly PropertyKey[], why: string) => faults.push({ path, atKey: false, why });
  const { main, anchor } = config.mounts;
  const { store } = config.interpreters;
  if (inside(anchor, main) || inside(main, anchor)) {
    wrong(['mounts', 'anchor'], `must not be, hold or lie in mounts.main (${main})`);
  }
  if (parentOf(anchor) === '/') wrong(['mounts', 'anchor'], 'must lie in a directory of its own, not in /');
  for (const mount of [main, anchor]) {
    if (inside(store, mount))
      wrong(['interpreters', 'store'], `must not lie in a binfmt_misc mount (${mount})`);
  }
  const own = new Set(config.handlers.map((h) => h.name));
  for (const [at, name] of config.adopt.entries()) {
    if (config.names !== '' && name.startsWith(config.names))
      wrong(['adopt', at], `${JSON.stringify(name)} begins with ${config.names}, as names of our own do`);
    else if (own.has(latin1(name)))
      wrong(['adopt', at], `${JSON.stringify(name)} is the name of a handler of your own`);
  }
  const { platforms, readiness } = config;
  if (readiness.witness === 'required' && readiness.containers === 'ignore')
    wrong(['readiness', 'witness'], 'a witness is required, but readiness.containers ignores what it says');
  if (platforms !== 'all' && readiness.required !== 'auto') {
    const kept = new Set(platforms === 'auto' ? autoTargets : platforms.map(targetOf));
    for (const [at, name] of readiness.required.entries()) {
      if (!kept.has(targetOf(name))) {
        wrong(['readiness', 'required', at], `${name} is not among platforms, so it would never be ready`);
      }
    }
  }
  return faults;
}

/** Text as the byte string that `handlers` hold. */
function latin1(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

function targetOf(platform: string): string {
  const found = resolvePlatform(platform);
  return 'target' in found ? found.target : platform;
}

function blame(
  fault: ConfigFault,
  origins: ReadonlyMap<string, string>,
  yaml: LocatedYaml | BrokenYaml,
): string {
  const path = dotted(fault.path);
  const leaf = leaves.find((l) => path === l || path.startsWith(`${l}.`)) ?? '';
  const origin = origins.get(leaf) ?? 'built-in';
  const named = /^(?:env|flag) (\S+)$/.exec(origin)?.[1];
  if (named !== undefined) return `${named}: ${fault.why}`;
  if (origin === 'built-in' || !yaml.ok) return `${path}: ${fault.why}`;
  return `${yaml.place(yaml.offset(fault.path, fault.atKey))}: ${path}: ${fault.why}`;
}

function inside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function place(target: Record<string, unknown>, keys: readonly string[], value: unknown): void {
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Typed arrays cannot be frozen; nothing here hands them on for writing. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}

/** Values are shown as they were given, and a terminal must not obey them. */
function shorten(errors: readonly string[]): readonly string[] {
  const shown = errors.slice(0, mostFaults).map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?'));
  return errors.length > mostFaults ? [...shown, 'and more'] : shown;
}
