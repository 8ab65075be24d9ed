import { contradictions } from './contradictions.ts';
import { defaults } from './defaults.ts';
import {
  builtInOrigins,
  type ConfigSources,
  freeze,
  type NamedOrigin,
  type ParsedConfig,
  place,
  readEnvLayer,
  readFlagLayer,
} from './layers.ts';
import type { Setting, SettingPath } from './options.ts';
import {
  faultOfAddress,
  faultOfEntryName,
  faultOfPath,
  faultOfPlatform,
  faultOfPrefix,
  faultOfPromPath,
  faultOfRequired,
  forms,
  longest,
  readDuration,
  spans,
  type TextRule,
} from './rules.ts';
import type { Config } from './schema.ts';

/**
 * The configuration where no file says anything and all that flags and environment say is right: the same as `parseConfig`
 * makes of it, without the libraries for YAML and schemas, which take longer to load than Node to start. Null for
 * everything else, and for whatever is wrong: then `parseConfig` has the word.
 */
export function readPlainConfig(sources: ConfigSources): Extract<ParsedConfig, { ok: true }> | null {
  const { file, env } = sources;
  if (file !== undefined && !saysNothing.test(file.text)) return null;
  const layers = [readEnvLayer(env, readSetting), readFlagLayer(sources, readSetting)];
  if (layers.some((layer) => layer.errors.length > 0)) return null;
  const values = new Map<string, unknown>(Object.entries(builtIn()));
  const origins = builtInOrigins();
  for (const { path, value, origin } of layers.flatMap((layer) => layer.values)) {
    values.set(path, value);
    origins.set(path, origin);
  }
  const config = {};
  for (const [path, value] of values) place(config, path.split('.'), value);
  // What stands at each path was read by the rule of that path.
  const read = config as Config;
  return contradictions(read).length > 0 ? null : { ok: true, config: freeze(read), origins };
}

/** Empty lines and comments of plain characters. */
const saysNothing = /^( *(#[ -~]*)?(\n|$)){0,2000}$/;

/** Values as they are in force: durations are milliseconds. Lists are copies, since configurations are frozen. */
function builtIn(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(defaults).map(([path, value]) => {
      const read = isSpan(path) && typeof value === 'string' ? readDuration(value, spans[path]) : null;
      return [path, read !== null && 'ms' in read ? read.ms : Array.isArray(value) ? [...value] : value];
    }),
  );
}

function readSetting(setting: Setting, given: unknown, origin: NamedOrigin) {
  const value = readValue(setting, given);
  return value === undefined
    ? { errors: [origin.called], values: [] }
    : { errors: [], values: [{ path: setting.config, value, origin }] };
}

/** The value that is in force for what was given; undefined where it is not plainly right. */
function readValue({ config: path, type, values }: Setting, given: unknown): unknown {
  if (path === 'publish.nfd' || path === 'publish.startupTaint')
    return given === defaults[path] ? given : undefined;
  if (typeof given === 'boolean') return type.startsWith('boolean') ? given : undefined;
  if (Array.isArray(given)) return readList(path, given);
  if (typeof given !== 'string') return undefined;
  if (type === 'choice' || type === 'word-or-list') return values.includes(given) ? given : undefined;
  if (isSpan(path)) {
    const read = readDuration(given, spans[path]);
    return 'ms' in read ? read.ms : undefined;
  }
  return texts[path]?.(given) === null ? given : undefined;
}

function readList(path: SettingPath, given: readonly unknown[]): readonly string[] | undefined {
  const fault = lists[path];
  const items = given.filter((item) => typeof item === 'string');
  if (fault === undefined || items.length < given.length || !items.every((item) => fault(item) === null))
    return undefined;
  return path === 'interpreters.sources' && items.length === 0 ? undefined : items;
}

const pathRule = within(longest.path, faultOfPath);

/** Rules of texts by their settings; one without a rule is not read here. */
const texts: Readonly<Partial<Record<SettingPath, TextRule>>> = {
  names: faultOfPrefix,
  'interpreters.store': pathRule,
  'interpreters.label': formed('label'),
  'interpreters.bundleKey': formed('bundleKey'),
  'mounts.main': pathRule,
  'mounts.anchor': pathRule,
  'readiness.witnessOwner': formed('owner'),
  'http.listen': within(longest.address, faultOfAddress),
  'http.mode': formed('fileMode'),
  'http.owner': formed('owner'),
  'publish.textfile': within(longest.path, faultOfPromPath),
};

/** The same for the items of lists. */
const lists: Readonly<Partial<Record<SettingPath, TextRule>>> = {
  platforms: faultOfPlatform,
  credentials: faultOfPlatform,
  adopt: faultOfEntryName,
  'interpreters.sources': pathRule,
  'readiness.required': faultOfRequired,
};

function within(most: number, fault: TextRule): TextRule {
  return (given) => (given.length > most ? 'too long' : fault(given));
}

function formed(form: keyof typeof forms): TextRule {
  const { pattern, error } = forms[form];
  return (given) => (pattern.test(given) ? null : error);
}

function isSpan(path: string): path is keyof typeof spans {
  return Object.hasOwn(spans, path);
}
