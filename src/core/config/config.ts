import { platformsGiven } from '../platforms/spellings.ts';
import { contradictions } from './contradictions.ts';
import { type ConfigFault, dotted, faultsOf, mostFaults } from './issues.ts';
import {
  builtInOrigins,
  type ConfigSources,
  freeze,
  isRecord,
  type Layer,
  leaves,
  type NamedOrigin,
  type ParsedConfig,
  place,
  readEnvLayer,
  readFlagLayer,
} from './layers.ts';
import { type BrokenYaml, type LocatedYaml, readYaml } from './locate.ts';
import { type Setting, settings } from './options.ts';
import type { Origin } from './origin.ts';
import { configSchema, uncompiled } from './schema.ts';

export type { ConfigSources, ParsedConfig } from './layers.ts';
export type { Config } from './schema.ts';

/**
 * Makes one configuration of flags, environment, file and defaults. Every source is checked whole, also where another
 * one overrides it, so that a fault does not wait for the day the override goes.
 */
export function parseConfig(sources: ConfigSources): ParsedConfig {
  const yaml = readYaml(sources.file?.name ?? '', sources.file?.text ?? '');
  const layers = [
    readFileLayer(yaml),
    readEnvLayer(sources.env, readSetting),
    readFlagLayer(sources, readSetting),
  ];
  const errors = layers.flatMap((layer) => layer.errors);
  if (errors.length > 0) return { ok: false, errors: shorten(errors) };
  const input = {};
  const origins = builtInOrigins();
  for (const { path, value, origin } of layers.flatMap((layer) => layer.values)) {
    place(input, path.split('.'), value);
    origins.set(path, origin);
  }
  const parsed = configSchema.safeParse(input, uncompiled);
  const faults = parsed.success ? contradictions(parsed.data) : faultsOf(parsed.error.issues, input);
  if (!parsed.success || faults.length > 0) {
    return { ok: false, errors: shorten(faults.map((fault) => blame(fault, origins, yaml))) };
  }
  return { ok: true, config: freeze(parsed.data), origins };
}

function readFileLayer(yaml: LocatedYaml | BrokenYaml): Layer {
  if (!yaml.ok) return { errors: yaml.errors, values: [] };
  const given = withLists(yaml.value);
  const parsed = configSchema.safeParse(given, uncompiled);
  if (!parsed.success) {
    const faults = faultsOf(parsed.error.issues, given).map((f) => ({
      ...f,
      at: yaml.offset(f.path, f.atKey),
    }));
    faults.sort((a, b) => a.at - b.at);
    const errors = faults.map((f) => `${yaml.place(f.at)}: ${dotted(f.path) || 'document'}: ${f.why}`);
    return { errors, values: [] };
  }
  const values = leaves.flatMap((path) => {
    const keys = path.split('.');
    const value = keys.reduce<unknown>((v, key) => (isRecord(v) ? v[key] : undefined), given);
    return value === undefined
      ? []
      : [{ path, value, origin: { kind: 'file', place: yaml.place(yaml.offset(keys)) } as const }];
  });
  return { errors: [], values };
}

/** The same with lists of platforms where people wrote a text or numbers in their place. */
function withLists(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const read: Record<string, unknown> = { ...value };
  for (const { config, takes, values } of settings) {
    if (takes !== 'platforms') continue;
    const keys = config.split('.');
    const given = keys.reduce<unknown>((v, key) => (isRecord(v) ? v[key] : undefined), value);
    // In a list for readiness stand names of handlers too, which may hold blanks.
    const whole = config === 'readiness.required' && Array.isArray(given);
    if (given !== undefined && !whole) place(read, keys, platformsGiven(given, values));
  }
  return read;
}

function readSetting(setting: Setting, value: unknown, origin: NamedOrigin): Layer {
  const input = {};
  place(input, setting.config.split('.'), value);
  const parsed = configSchema.safeParse(input, uncompiled);
  if (parsed.success) return { errors: [], values: [{ path: setting.config, value, origin }] };
  const errors = faultsOf(parsed.error.issues, input).map((fault) => `${origin.called}: ${fault.why}`);
  return { errors, values: [] };
}

function blame(
  fault: ConfigFault,
  origins: ReadonlyMap<string, Origin>,
  yaml: LocatedYaml | BrokenYaml,
): string {
  const path = dotted(fault.path);
  const leaf = leaves.find((l) => path === l || path.startsWith(`${l}.`)) ?? '';
  const origin = origins.get(leaf);
  if (origin !== undefined && 'called' in origin) return `${origin.called}: ${fault.why}`;
  if (origin?.kind !== 'file' || !yaml.ok) return `${path}: ${fault.why}`;
  return `${yaml.place(yaml.offset(fault.path, fault.atKey))}: ${path}: ${fault.why}`;
}

/** Values are shown as they were given, and a terminal must not obey them. */
function shorten(errors: readonly string[]): readonly string[] {
  const shown = errors.slice(0, mostFaults).map((line) => line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?'));
  return errors.length > mostFaults ? [...shown, 'and more'] : shown;
}
