import type { ProgramFile } from '../../core/kernel/elf.ts';
import type { Outcome } from '../../core/outcome.ts';
import { type ForeignTrust, judgeForeign } from '../files/foreign-trust.ts';
import type { HostArchitecture } from '../system/identity.ts';
import type { Libc } from '../system/libc.ts';
import { canary } from './canary.ts';
import { type CheckTask, runCheck } from './check.ts';
import { runControlled } from './controlled-probe.ts';
import { provable, writeProbes } from './files.ts';
import { namelessProbes } from './nameless-probes.ts';
import { runsNatively } from './native.ts';
import { nativePrograms } from './native-programs.ts';
import { type ProbeResult, type ProbeTask, runProbe } from './probe.ts';

/** Runs foreign programs. */
export interface Probes {
  runProbe(task: ProbeTask): Promise<ProbeResult>;
  /** The same where somebody else's entry runs it; `control` is our interpreter. */
  runControlled(task: ProbeTask, control: string): Promise<ProbeResult>;
  /** Proves a handler of the user's own by what he says. */
  runCheck(task: CheckTask): Promise<ProbeResult>;
  /** Whether an interpreter of somebody else may be run. */
  judgeForeign(interpreter: string, flags: string): Promise<ForeignTrust>;
}

/** Probes as files, and which of them run without help. */
export interface ProbeFiles {
  /** Targets that have a probe. */
  readonly probeTargets: readonly string[];
  writeProbes(dir: string, targets: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The same in no directory, while this process lives; `native` is what the host is. */
  namelessProbes(targets: readonly string[], native: string): Promise<ReadonlyMap<string, string>>;
  runsNatively(
    files: ReadonlyMap<string, string>,
    sure: (target: string) => boolean,
  ): Promise<readonly string[]>;
}

/** How programs of the host begin. */
export interface NativeFiles {
  nativePrograms(own: Pick<HostArchitecture, 'machine' | 'class'>): Promise<readonly ProgramFile[]>;
}

/** Runs native programs. */
export interface Canaries {
  canary(): Promise<Outcome>;
}

/** All of this room. */
export function probeFacets(libc: Libc | null): Probes & ProbeFiles & NativeFiles & Canaries {
  return {
    runProbe: (task) => runProbe(task, libc),
    runControlled: (task, control) => runControlled(task, control, libc),
    runCheck: (task) => runCheck(task, libc),
    judgeForeign,
    probeTargets: provable,
    writeProbes,
    namelessProbes: (targets, native) => namelessProbes(targets, native, libc),
    runsNatively: (files, sure) => runsNatively(files, sure, libc),
    nativePrograms: (own) => nativePrograms(own),
    canary,
  };
}
