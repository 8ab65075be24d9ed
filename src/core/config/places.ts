import { bytesOf, textOf } from '../kernel/bytes.ts';
import { resolvePlatform } from '../platforms/platforms.ts';
import { readYaml } from './locate.ts';
import type { Origin } from './origin.ts';
import type { ownHandlerKeys } from './own-handler.ts';
import type { Config } from './schema.ts';

/** What is to be found in a configuration file. */
export interface Sought {
  readonly code: string;
  /** Text or byte string. */
  readonly subject: string;
}

/**
 * Says of a problem of the host what gave rise to it: `file:line:column` of the configuration file, or the flag or
 * variable; null where that is not known.
 */
export function placesIn(
  file: { readonly name: string; readonly text: string },
  config: Config,
  origins: ReadonlyMap<string, Origin>,
): (of: Sought) => string | null {
  const yaml = readYaml(file.name, file.text);
  return ({ code, subject }) => {
    const found = pathOf(code, subject, config);
    const origin = origins.get(found?.setting ?? '');
    if (found === null || origin === undefined || origin.kind === 'built-in') return null;
    if ('called' in origin) return origin.called;
    return yaml.ok ? yaml.place(yaml.offset([...found.setting.split('.'), ...found.within])) : origin.place;
  };
}

/** A setting, and where in its value. */
interface Found {
  readonly setting: string;
  readonly within: readonly (string | number)[];
}

function pathOf(code: string, subject: string, config: Config): Found | null {
  const is = (value: string): boolean => value === subject || bytesOf(value) === subject;
  const among = (setting: string, at: number, ...key: string[]): Found | null =>
    at < 0 ? null : { setting, within: [at, ...key] };
  const { handlers, adopt, interpreters, platforms } = config;
  const meant = (one: string): boolean => {
    const found = resolvePlatform(one);
    return is(one) || ('target' in found && is(found.target));
  };
  const isStore = code.startsWith('store-') || is(interpreters.store);
  return (
    among(
      'handlers',
      handlers.findIndex(({ name }) => is(textOf(name))),
      keyOf(code),
    ) ??
    among('adopt', adopt.findIndex(is)) ??
    among('interpreters.sources', interpreters.sources.findIndex(is)) ??
    (isStore ? { setting: 'interpreters.store', within: [] } : null) ??
    (typeof platforms === 'string' ? null : among('platforms', platforms.findIndex(meant)))
  );
}

/** A key that is left out stands for the handler. */
function keyOf(code: string): (typeof ownHandlerKeys)[number] {
  if (code.startsWith('check-')) return 'check';
  return code.includes('interpreter') || code === 'hung-path' ? 'interpreter' : 'name';
}
