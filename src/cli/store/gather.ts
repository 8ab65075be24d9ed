import type { BundledInterpreter } from '../../core/bundle/manifest.ts';
import type { Config } from '../../core/config/config.ts';
import { readElfHeader } from '../../core/kernel/elf.ts';
import { type Architecture, architectureOf, catalogue } from '../../core/platforms/catalogue.ts';
import { resolvePlatform } from '../../core/platforms/platforms.ts';
import { licencesOf } from '../../core/store/package-facts.ts';
import type { Machine } from '../../host/machine.ts';
import { traceFile } from './trace-file.ts';

/** An emulator that goes into a bundle. */
export interface Gathered {
  /** Where it lies here. */
  readonly path: string;
  /** `qemu-aarch64` */
  readonly name: string;
  readonly sha256: string;
  /** e_machine of what runs it. */
  readonly machine: number;
  readonly about: Omit<BundledInterpreter, 'licenceFile'>;
  readonly copyright: string | null;
}

/** Finds what `install` would deploy, and what is deployed where no source has it; each that is lacking has a reason. */
export async function gather(
  machine: Machine,
  config: Config,
): Promise<{ readonly found: readonly Gathered[]; readonly lacking: readonly string[] }> {
  const found: Gathered[] = [];
  const lacking: string[] = [];
  for (const architecture of wanted(config)) {
    const one = await gatherOne(machine, config, architecture);
    if (typeof one !== 'string') found.push(one);
    else if (named(config) || !one.startsWith('no ')) lacking.push(one);
  }
  return { found, lacking };
}

function named({ platforms }: Config): boolean {
  return typeof platforms !== 'string';
}

function wanted({ platforms }: Config): readonly Architecture[] {
  if (platforms === 'all') return catalogue.filter((a) => a.usable);
  if (platforms === 'auto') return catalogue.filter((a) => a.usable && a.platforms.length > 0);
  const targets = platforms.flatMap((name) => {
    const resolved = resolvePlatform(name);
    return 'target' in resolved ? [resolved.target] : [];
  });
  return [...new Set(targets)].flatMap((target) => architectureOf(target) ?? []);
}

async function gatherOne(machine: Machine, config: Config, a: Architecture): Promise<Gathered | string> {
  const path = await pathOf(machine, config, a);
  if (path === null)
    return `no static ${a.interpreter} in ${config.interpreters.sources.join(', ')} or in the store`;
  const inspected = await machine.inspectInterpreter(path);
  if (!inspected.ok) return inspected.message;
  const { file, why, version, package: found, origin } = await traceFile(machine, config, path);
  if (file === null || why !== null) return `${path}: ${why}`;
  const header = readElfHeader(inspected.header);
  if (header === null) return `${path} is no ELF program`;
  // The emulator of what it runs on would stop every program there.
  if (header.machine === a.machine && header.class === a.class)
    return named(config) ? `${path} would emulate the very machine that it runs on` : `no use for ${path}`;
  const copyright = found === null ? null : ((await machine.packageOf(origin ?? path))?.copyright ?? null);
  const licences = copyright === null ? [] : licencesOf(copyright);
  return {
    path,
    name: a.interpreter,
    sha256: file.sha256,
    machine: header.machine,
    about: {
      target: a.target,
      platforms: a.platforms,
      version,
      package: found,
      licences: licences.length === 0 ? null : licences,
    },
    copyright,
  };
}

async function pathOf(machine: Machine, { interpreters }: Config, a: Architecture): Promise<string | null> {
  const source = await machine.findInterpreter(a, interpreters.sources);
  if (source.ok) return source.path;
  const stored = await machine.createStore(interpreters.store).list();
  return stored.findLast(({ name }) => name === a.interpreter)?.path ?? null;
}
