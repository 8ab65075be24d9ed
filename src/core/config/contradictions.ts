import { bytesOf } from '../kernel/bytes.ts';
import { resolvePlatform } from '../platforms/platforms.ts';
import { autoTargets } from '../platforms/select.ts';
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

function targetOf(platform: string): string {
  const found = resolvePlatform(platform);
  return 'target' in found ? found.target : platform;
}

function inside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
