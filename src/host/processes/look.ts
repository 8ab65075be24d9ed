import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { placeOf } from '../../core/ps/cgroup.ts';
import { emulatedCommand } from '../../core/ps/command.ts';
import { emulatorAt, type KnownEmulators } from '../../core/ps/emulator.ts';
import {
  argumentsIn,
  executedFiles,
  parseAuxv,
  parseStat,
  type Stat,
  ticksPerSecond,
} from '../../core/ps/proc.ts';
import type { Census, EmulatedProcess } from '../../core/ps/process.ts';
import type { HostArchitecture } from '../system/identity.ts';
import { programOf, readBytes, readMemoryFile, readSmall } from './proc-files.ts';
import { processSight } from './sight.ts';
import type { ReadVersions } from './versions.ts';

/** What a look at all processes goes by. */
export interface Looking {
  readonly known: KnownEmulators;
  /** Of this host, whose kernel writes the vectors. */
  readonly host: Pick<HostArchitecture, 'class' | 'data'>;
  /** Entries may be transparent (Linux 7.3): /proc/PID/exe then names the program, and its maps tell. */
  readonly transparent: boolean;
  readonly versions: ReadVersions;
}

/** As many as are looked at in one turn of the loop. */
const slice = 32;

/** Looks at all processes that can be seen, and tells those apart that run under emulation. */
export async function lookAtProcesses(looking: Looking, proc = '/proc'): Promise<Census> {
  const pids = listed(proc);
  const sight = processSight(proc, pids);
  const uptime = Number(readSmall(`${proc}/uptime`)?.split(' ')[0] ?? 0);
  const found: EmulatedProcess[] = [];
  let unread = 0;
  for (const [at, pid] of pids.entries()) {
    const seen = await lookAt(Number(pid), `${proc}/${pid}`, looking, uptime);
    if (seen === 'unread') unread += 1;
    else if (seen !== null) found.push(seen);
    if (at % slice === slice - 1) await turn();
  }
  const versions = await looking.versions(found);
  const processes = found
    .map((one) => ({ ...one, version: versions.get(one.pid) ?? null }))
    .sort((a, b) => b.ageMs - a.ageMs || a.pid - b.pid);
  return { sight, processes, unread };
}

function listed(proc: string): readonly string[] {
  try {
    return readdirSync(proc).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

async function lookAt(
  pid: number,
  directory: string,
  looking: Looking,
  uptime: number,
): Promise<EmulatedProcess | 'unread' | null> {
  const program = programOf(directory);
  if (program.kind === 'none') return null;
  const stat = statOf(directory);
  if (stat === null || stat.state === 'Z') return null;
  const by =
    program.kind === 'hidden'
      ? await byWords(directory, stat, looking)
      : await byFile(program.path, directory, stat, looking);
  if (by === null || by === 'unread') return by;
  const argv = by.argv ?? argumentsIn((await readMemoryFile(`${directory}/cmdline`, stat.state)) ?? '');
  const auxv = readBytes(`${directory}/auxv`);
  const vector = auxv === null ? null : parseAuxv(auxv, looking.host);
  const place = placeOf(readSmall(`${directory}/cgroup`) ?? '');
  const { platform, interpreter, flags } = by.emulator;
  const command = by.by === 'maps' ? argv : emulatedCommand({ argv, vector, flags });
  // Its number may belong to another one by now.
  const after = statOf(directory);
  if (after?.started !== stat.started || after.state === 'Z') return null;
  return {
    ...{ pid, parent: stat.parent, platform, interpreter, version: null, by: by.by, state: stat.state },
    ...{ cpuMs: msOf(after.ticks), childCpuMs: msOf(after.childTicks) },
    ageMs: Math.max(0, Math.round(uptime * 1000 - msOf(stat.started))),
    ...place,
    command,
  };
}

/** What tells that a process is emulated. */
interface Told {
  readonly emulator: NonNullable<ReturnType<typeof emulatorAt>>;
  readonly by: EmulatedProcess['by'];
  readonly argv?: readonly string[];
}

async function byFile(
  exe: string,
  directory: string,
  stat: Stat,
  { known, transparent }: Looking,
): Promise<Told | null> {
  const emulator = emulatorAt(exe, known);
  if (emulator !== null) return { emulator, by: emulator.by };
  if (!transparent) return null;
  const maps = (await readMemoryFile(`${directory}/maps`, stat.state)) ?? '';
  for (const file of executedFiles(maps)) {
    const mapped = emulatorAt(file, known);
    if (mapped !== null) return { emulator: mapped, by: 'maps' };
  }
  return null;
}

/** The kernel puts the interpreter's path in front of an emulated program's command line, and anybody may write the same. */
async function byWords(directory: string, stat: Stat, { known }: Looking): Promise<Told | 'unread' | null> {
  const argv = argumentsIn((await readMemoryFile(`${directory}/cmdline`, stat.state)) ?? '');
  // A thread of the kernel has none.
  if (argv.length === 0) return null;
  const emulator = emulatorAt(argv[0] ?? '', known);
  return emulator === null ? 'unread' : { emulator, by: 'command line', argv };
}

function statOf(directory: string): Stat | null {
  const text = readSmall(`${directory}/stat`);
  return text === null ? null : parseStat(text);
}

function msOf(ticks: number): number {
  return (ticks * 1000) / ticksPerSecond;
}
