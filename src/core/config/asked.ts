import { architectureOf } from '../platforms/catalogue.ts';
import { resolvePlatform } from '../platforms/platforms.ts';
import { type HostFacts, type Selection, selectArchitectures } from '../platforms/select.ts';
import { isObject, parseJson } from '../text/json.ts';
import type { Config } from './schema.ts';

/**
 * What people asked of a running daemon beside its configuration. It lasts until the end of the boot, as the entries
 * do, and a reload of the configuration does not forget it.
 */
export interface Asked {
  /** What the lists below start from: the configuration, every platform, or nothing. */
  readonly base: 'configuration' | 'all' | 'nothing';
  /** Targets kept in addition. */
  readonly added: readonly string[];
  /** Targets not wanted, whatever the configuration says. */
  readonly dropped: readonly string[];
}

/** Nobody asked for anything. */
export const nothingAsked: Asked = { base: 'configuration', added: [], dropped: [] };

/** The reason under which `status` lists what somebody uninstalled. */
export const uninstalledByRequest = 'uninstalled by request';

/** After `install`: without names the configuration counts again, whole; what was added before stays. */
export function afterInstall(asked: Asked, targets: readonly string[] | 'all'): Asked {
  if (targets === 'all') return { base: 'all', added: asked.added, dropped: [] };
  if (targets.length === 0)
    return { ...asked, base: asked.base === 'all' ? 'all' : 'configuration', dropped: [] };
  return {
    ...asked,
    added: [...new Set([...asked.added, ...targets])],
    dropped: asked.dropped.filter((target) => !targets.includes(target)),
  };
}

/** After `uninstall`. */
export function afterUninstall(asked: Asked, targets: readonly string[] | 'all'): Asked {
  if (targets === 'all') return { base: 'nothing', added: [], dropped: [] };
  return {
    ...asked,
    added: asked.added.filter((target) => !targets.includes(target)),
    dropped: [...new Set([...asked.dropped, ...targets])],
  };
}

/** Takes back what an installation asked for since `before`, of some targets: there is nothing to keep for them. */
export function withdrawn(asked: Asked, before: Asked, targets: readonly string[]): Asked {
  const back = targets.filter((target) => before.dropped.includes(target));
  return {
    ...asked,
    added: asked.added.filter((target) => !targets.includes(target) || before.added.includes(target)),
    dropped: [...new Set([...asked.dropped, ...back])],
  };
}

/** The configuration with what was asked put in, but for `dropped`, and for what was added to `auto`: these words have no exceptions. */
export function withAsked(config: Config, asked: Asked): Config {
  const { base, added } = asked;
  if (base === 'nothing') return { ...config, platforms: added, handlers: [], adopt: [], binfmtD: false };
  if (base === 'all' || config.platforms === 'all') return { ...config, platforms: 'all' };
  if (config.platforms === 'auto') return config;
  return { ...config, platforms: [...config.platforms, ...added] };
}

/**
 * What `selectArchitectures` says, without what somebody uninstalled. Of that, platforms that readiness names stay in
 * the account as missing, since whoever named them waits for them; the others are merely left out.
 */
export function selectAsked(config: Config, asked: Asked, host: HostFacts): SelectedAsked {
  const { platforms } = withAsked(config, asked);
  const selection = selectArchitectures(platforms, host, platforms === 'auto' ? asked.added : []);
  const gone = (target: string): boolean =>
    asked.base === 'nothing' ? !asked.added.includes(target) : asked.dropped.includes(target);
  const { required } = config.readiness;
  const missing = required === 'auto' ? [] : [...new Set(required.map(targetOf))].filter(gone);
  const dropped = asked.base === 'nothing' ? namesIn(config).filter(gone) : asked.dropped;
  const known = new Set([...missing, ...selection.leftOut.map((row) => row.target)]);
  return {
    faults: selection.faults,
    chosen: selection.chosen.filter((a) => !gone(a.target)),
    leftOut: [
      ...selection.leftOut,
      ...[...new Set(dropped)]
        .filter((target) => !known.has(target))
        .map((target) => ({ target, why: uninstalledByRequest, kind: 'uninstalled' as const })),
    ],
    missing: missing.map((target) => ({
      target,
      platforms: architectureOf(target)?.platforms ?? [],
      why: uninstalledByRequest,
    })),
  };
}

/** A selection, and the required platforms that were uninstalled. */
export interface SelectedAsked extends Selection {
  readonly missing: readonly {
    readonly target: string;
    readonly platforms: readonly string[];
    readonly why: string;
  }[];
}

/** Reads what `printAsked` wrote on this boot; anything else is as if nobody had asked. */
export function parseAsked(text: string | null, bootId: string): Asked {
  const value = parseJson(text ?? '');
  if (!isObject(value) || value.schema !== 1 || value.bootId !== bootId) return nothingAsked;
  const { base, added, dropped } = value;
  if (base !== 'configuration' && base !== 'all' && base !== 'nothing') return nothingAsked;
  if (!isTargets(added) || !isTargets(dropped)) return nothingAsked;
  return { base, added, dropped };
}

/** The text of the file in the run directory. */
export function printAsked(asked: Asked, bootId: string): string {
  return `${JSON.stringify({ schema: 1, bootId, ...asked })}\n`;
}

/** All that a configuration wants; `auto` and `all` stand for themselves. */
function namesIn({ platforms, handlers }: Config): readonly string[] {
  return [
    ...(typeof platforms === 'string' ? [platforms] : platforms.map(targetOf)),
    ...handlers.map((h) => h.name),
  ];
}

function targetOf(platform: string): string {
  const found = resolvePlatform(platform);
  return 'target' in found ? found.target : platform;
}

function isTargets(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.every((item) => typeof item === 'string' && 'target' in resolvePlatform(item))
  );
}
