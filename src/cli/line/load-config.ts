import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ConfigSources, ParsedConfig } from '../../core/config/layers.ts';
import { globalOptions } from '../../core/config/options.ts';
import { readPlainConfig } from '../../core/config/plain.ts';
import { outsideCommandVariable } from '../../core/config/sandbox.ts';
import { distrustFile, judgePath } from '../../host/files/trust.ts';
import { reach } from '../../host/system/reach.ts';

/** Where the configuration file is looked for: flag, environment, default. */
export function configFile(flags: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): string {
  const fallback = globalOptions.find((o) => o.flag === '--config')?.default ?? '';
  const given = flags.config;
  return typeof given === 'string' ? given : env.BINFMT_KEEPER_CONFIG || fallback;
}

/** Whose file is read: of `any` owner where it is only shown, or one that nobody else could change. */
type Whose = 'any' | 'trusted';

/** Reads and merges all sources. A default file that is absent is no fault; one that was named is. */
export async function loadConfig(
  flags: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
  whose: Whose = 'trusted',
  called: ConfigSources['called'] = {},
): Promise<ParsedConfig> {
  return (await loadSources(flags, env, whose, called)).parsed;
}

/**
 * The same, with the text of the file and whether there was one: without one all is valid, and nothing of what somebody
 * wrote is in force.
 */
export async function loadSources(
  flags: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
  whose: Whose = 'trusted',
  called: ConfigSources['called'] = {},
): Promise<{ readonly parsed: ParsedConfig; readonly fileless: boolean; readonly text: string }> {
  const sourced = (parsed: ParsedConfig, text = '', fileless = false) => ({ parsed, text, fileless });
  if (Array.isArray(flags.config)) return sourced(refuse('--config: given more than once'));
  if (flags.config === '') return sourced(refuse('--config: must be the path of a file'));
  const name = configFile(flags, env);
  const named = typeof flags.config === 'string' || Boolean(env.BINFMT_KEEPER_CONFIG);
  const read = await readBounded(name, whose);
  if (read.ok)
    return sourced(await parse({ file: { name, text: read.text }, env, flags, called }), read.text);
  if (read.code === 'ENOENT' && !named) return sourced(await parse({ env, flags, called }), '', true);
  return sourced(refuse(`${printable(name)}: ${read.why}`));
}

/** What reads files and names faults is loaded where there is something to read or to name. */
async function parse(sources: ConfigSources): Promise<ParsedConfig> {
  const parsed =
    readPlainConfig(sources) ?? (await import('../../core/config/config.ts')).parseConfig(sources);
  return parsed.ok ? inSandbox(parsed, sources.env) : parsed;
}

/** In a sandbox nobody else is bothered by entries that explain, so that they are there unless something else is asked for. */
function inSandbox(parsed: ParsedConfig & { readonly ok: true }, env: ConfigSources['env']): ParsedConfig {
  const isBuiltIn = parsed.origins.get('lastResort')?.kind === 'built-in';
  if (!isBuiltIn || env[outsideCommandVariable] === undefined) return parsed;
  return { ...parsed, config: { ...parsed.config, lastResort: 'explain' } };
}

type Read =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: string; readonly why: string };

/** More than the parser accepts of any text (256 Ki characters of up to three bytes each), so it says so itself. */
const mostBytes = 1024 * 1024;

/** Reads what may be anything: a FIFO must not make us wait, nor /dev/zero fill the memory, nor a dead server hang us. */
async function readBounded(name: string, whose: Whose): Promise<Read> {
  const reached = await reach(name);
  if (!reached.ok) return { ...reached, why: 'cannot be read (its file system does not answer)' };
  try {
    const file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const found = await file.stat();
      const kind = kindOf(found);
      // People write --config /dev/null for "none at all".
      if (kind !== null && name !== '/dev/null')
        return { ok: false, code: 'EINVAL', why: `is ${kind}, not a regular file` };
      const why = whose === 'any' || kind !== null ? null : await distrust(name, found);
      if (why !== null) return { ok: false, code: 'EPERM', why };
      return { ok: true, text: await readStart(file, found.size) };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { ok: false, code, why: `cannot be read (${code})` };
  }
}

/** Whoever may change the file decides what is executed for everybody. A descriptor was opened by who started us. */
async function distrust(name: string, found: Stats): Promise<string | null> {
  const given = /^\/(dev\/stdin|(dev|proc\/self)\/fd\/\d+)$/.test(name);
  const judged = given ? null : await judgePath(name, 'readable');
  const why = judged === null ? distrustFile(name, found) : judged.ok ? null : judged.message;
  if (why === null) return null;
  return `is not obeyed: ${why}. Only root may be able to change it, or anything on the way to it (see: namei -l FILE), or it lies on a mount that is read-only`;
}

/** Null for a regular file. */
function kindOf(found: Awaited<ReturnType<FileHandle['stat']>>): string | null {
  if (found.isFile()) return null;
  if (found.isDirectory()) return 'a directory';
  return found.isFIFO() ? 'a FIFO' : 'a device';
}

async function readStart(file: FileHandle, size: number): Promise<string> {
  const bytes = Buffer.allocUnsafe(Math.min(size + 1, mostBytes));
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === bytes.length) return bytes.toString('utf8', 0, length);
  }
}

function refuse(why: string): ParsedConfig {
  return { ok: false, errors: [why] };
}

/** The name comes from the command line and may hold anything, escape sequences of terminals included. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
