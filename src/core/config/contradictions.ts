import { bytesOf, textOf } from '../kernel/bytes.ts';
import { resolvePlatform } from '../platforms/platforms.ts';
import { autoTargets } from '../platforms/select.ts';
import { nearest } from '../text/suggest.ts';
import type { ConfigFault } from './issues.ts';
import { parentOf } from './run-directory.ts';
import type { Config } from './schema.ts';

/** What no value says alone. */
export function contradictions(config: Config): ConfigFault[] {
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
    else if (own.has(bytesOf(name)))
      wrong(['adopt', at], `${JSON.stringify(name)} is the name of a handler of your own`);
  }
  const { readiness } = config;
  if (readiness.witness === 'required' && readiness.containers === 'ignore')
    wrong(['readiness', 'witness'], 'a witness is required, but readiness.containers ignores what it says');
  if (readiness.required !== 'auto') {
    for (const [at, name] of readiness.required.entries()) {
      // Each suggestion costs a walk through all names.
      if (faults.length > 20) break;
      const why = faultOfName(name, config);
      if (why !== null) wrong(['readiness', 'required', at], why);
    }
  }
  return faults;
}

/** Why readiness would wait for ever for what bears a name; null where it is a kept platform, a handler or an adopted entry. */
function faultOfName(name: string, { platforms, handlers, adopt }: Config): string | null {
  const own = handlers.map((h) => textOf(h.name));
  if (own.includes(name) || adopt.includes(name)) return null;
  const found = resolvePlatform(name);
  if (!('target' in found)) {
    const meant = nearest(name, [...own, ...adopt]) ?? found.suggestion;
    const hint = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
    return `${JSON.stringify(name.slice(0, 60))} is no platform, no handler of handlers: and not in adopt:${hint}`;
  }
  if (platforms === 'all') return null;
  const kept = new Set(platforms === 'auto' ? autoTargets : platforms.map(targetOf));
  return kept.has(found.target) ? null : `${name} is not among platforms, so it would never be ready`;
}

function targetOf(platform: string): string {
  const found = resolvePlatform(platform);
  return 'target' in found ? found.target : platform;
}

function inside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
