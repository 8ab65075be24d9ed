import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deviceName } from '../core/config/sandbox.ts';
import type { Outcome } from '../core/outcome.ts';
import { removeFile, replaceFile } from './files/any-directory.ts';
import { writeAtomic } from './files/atomic-file.ts';
import { readBinfmtD } from './files/binfmt-d.ts';
import { judgeForeign } from './files/foreign-trust.ts';
import { readPublishedFiles } from './files/published-files.ts';
import { inspectRunDirectory, prepareRunDirectory } from './files/run-directory.ts';
import { settled } from './files/settled.ts';
import { type LoadedState, loadState, saveState } from './files/state-file.ts';
import { judgePath, untrusted } from './files/trust.ts';
import { type Opened, openInstance } from './instance/linux-instance.ts';
import { describeRootHolder, findOlderKeeper } from './lock/older-keeper.ts';
import { holdersBefore, lastingFacts } from './mounts/holders.ts';
import { type MountsChanged, watchMounts } from './mounts/mount-watch.ts';
import {
  mountAnchor,
  mountMain,
  observeMounts,
  remountWritable,
  triggerAutofs,
  unmount,
} from './mounts/mounts.ts';
import { isOwnImage, placeOf } from './mounts/place.ts';
import { listenControl } from './net/control-socket.ts';
import type { listenHttp } from './net/http-server.ts';
import { takeNotifier } from './net/notify.ts';
import type { WitnessClient } from './net/witness-socket.ts';
import { canary } from './probe/canary.ts';
import { runControlled } from './probe/controlled-probe.ts';
import { countEmulated, type Emulators } from './probe/emulated.ts';
import { provable, writeProbes } from './probe/files.ts';
import { runsNatively } from './probe/native.ts';
import { type ProbeTask, runProbe } from './probe/probe.ts';
import { judgeLabel } from './selinux/label.ts';
import { createSelinux } from './selinux/selinux.ts';
import { inspectInterpreter } from './store/elf-file.ts';
import { findInterpreter, interpreterVersion } from './store/interpreters.ts';
import { createStore } from './store/store.ts';
import { interpretersInUse } from './store/use.ts';
import { clock } from './system/clock.ts';
import { descriptorLimit } from './system/descriptors.ts';
import { endNow } from './system/end-now.ts';
import { errnoOf } from './system/errno.ts';
import {
  bootId,
  hostArchitecture,
  inheritedDevices,
  initialUserNamespace,
  kernelRelease,
} from './system/identity.ts';
import { type Libc, loadLibc } from './system/libc.ts';
import { reach } from './system/reach.ts';
import { confinement } from './system/rights.ts';

/** Every verb of the machine that may take time, each bounded by itself; the daemon gets them as one argument. */
export type Machine = ReturnType<typeof assemble>;

/** The machine that we run on. FFI is loaded here, once; `ffi` says why there is none. */
export async function createMachine(): Promise<Machine> {
  let ffi: string | null = null;
  const libc = await loadLibc((reason) => {
    ffi = reason;
  });
  return assemble(libc, ffi);
}

function assemble(libc: Libc | null, ffi: string | null) {
  const selinux = createSelinux(libc);
  return {
    ffi,
    clock,
    endNow: (status: number): never => endNow(libc, status),
    takeNotifier: (env: NodeJS.ProcessEnv) => takeNotifier(libc, env),
    descriptorLimit,
    openInstance: (path: string) => openOwn(path, libc),
    findOlderKeeper,
    describeRootHolder,
    watchMounts: (points: readonly string[], changed: MountsChanged) => watchMounts(libc, points, changed),
    observeMounts,
    mountMain: (path: string) => whereTrusted(path, mountMain),
    mountAnchor: (path: string) => inRunDirectory(dirname(path), () => mountAnchor(path)),
    remountWritable: (path: string) => whereTrusted(path, remountWritable),
    triggerAutofs,
    unmount: (path: string) => whereTrusted(path, unmount),
    /** Why somebody else decides what a path leads to; null where nobody does, or nothing is there. */
    distrust: async (path: string) => {
      const judged = await judgePath(path, 'way');
      return judged.ok || judged.code !== untrusted ? null : judged.message;
    },
    holdersBefore: (places: { readonly main: string; readonly anchor: string }, mayMake: boolean) =>
      holdersBefore(libc, places, mayMake),
    lastingFacts,
    findInterpreter,
    inspectInterpreter,
    interpreterVersion,
    createStore: (dir: string, label?: string) => createStore(dir, label, libc, selinux),
    usesSelinux: selinux.present,
    judgeLabel: (path: string, setting?: string) => judgeLabel(path, selinux, setting),
    isOwnImage,
    interpretersInUse,
    countEmulated: (emulators: Emulators) => countEmulated(emulators),
    writeProbes,
    /** Targets that have a probe. */
    probeTargets: provable,
    runsNatively: (files: ReadonlyMap<string, string>, sure: (target: string) => boolean) =>
      runsNatively(files, sure, libc),
    canary,
    runProbe: (task: ProbeTask) => runProbe(task, libc),
    runControlled: (task: ProbeTask, control: string) => runControlled(task, control, libc),
    judgeForeign,
    /** What probes run without. */
    confinement: () => confinement(libc !== null),
    reach,
    settled: (path: string) => settled(path, libc),
    placeOf,
    readBinfmtD: () => readBinfmtD(),
    readPublishedFiles: () => readPublishedFiles(),
    removeFile,
    loadState: loadTrusted,
    saveState,
    saveFile,
    replaceFile,
    inspectRunDirectory,
    prepareRunDirectory,
    listenControl,
    listenWitness: async (dir: string, owner: string, onConnection: (client: WitnessClient) => void) =>
      (await import('./net/witness-socket.ts')).listenWitness(dir, owner, libc, onConnection),
    /** Loaded only where it is wanted. */
    listenHttp: async (...args: Parameters<typeof listenHttp>) =>
      (await import('./net/http-server.ts')).listenHttp(...args),
    readFile: readText,
    changedSince,
    isAlive,
    bootId,
    initialUserNamespace,
    /** /proc may be mounted with processes alone. */
    seesSystem: () => existsSync('/proc/sys/kernel'),
    /** Whether we are in namespaces that `--sandbox` made. */
    inSandbox: () => inheritedDevices() !== null,
    kernelRelease,
    hostArchitecture,
  };
}

/** In a sandbox, an instance that was there before it is the host's, whatever path leads to it. */
function openOwn(path: string, libc: Libc | null): Opened {
  const opened = openInstance(path, libc);
  const device = opened.ok ? deviceName(opened.instance.root.dev) : '';
  if (!opened.ok || inheritedDevices()?.has(device) !== true) return opened;
  opened.instance.close();
  return { ok: false, code: 'EXDEV', message: `${path} is an instance (device ${device}) of the host` };
}

/** Writes a small file of the run directory whole or not at all. */
function saveFile(dir: string, name: string, text: string, mode: number): Promise<Outcome> {
  return inRunDirectory(dir, () => writeAtomic(`${dir}/${name}`, text, mode, { fsync: false }));
}

/** Nothing is written, mounted or moved where somebody else could have put a link in the way. */
async function inRunDirectory(dir: string, work: () => Promise<Outcome>): Promise<Outcome> {
  const trusted = await prepareRunDirectory(dir);
  return trusted.ok ? work() : trusted;
}

/** A mount goes where a path leads, whoever has put a symlink there. */
async function whereTrusted(path: string, work: (path: string) => Promise<Outcome>): Promise<Outcome> {
  const judged = await judgePath(path, 'way');
  return judged.ok || judged.code !== untrusted ? work(path) : judged;
}

/** What others could have written is nothing that we remember. */
async function loadTrusted(dir: string, bootId: string): Promise<LoadedState> {
  const trusted = await inspectRunDirectory(dir);
  return trusted.ok ? loadState(dir, bootId) : { state: null, setAside: null };
}

/** Whether a file was made or changed after a moment (Unix time in milliseconds); ctime is kept in steps of 4 ms. */
async function changedSince(path: string, moment: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && found.ctimeMs >= moment - 4;
}

/** A small file's text, or null where it cannot be read. */
async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

/** Whether a process of that id exists; one of another user counts. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
