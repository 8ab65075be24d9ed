import { type Bundles, bundleFacet } from './bundle/facet.ts';
import {
  type Declarations,
  type Files,
  fileFacets,
  type Purges,
  type RunReads,
  type RunWrites,
  type StateFile,
  type Watched,
} from './files/facet.ts';
import { type Instances, instanceFacet } from './instance/facet.ts';
import { type LastResortProgram, type LastResortReports, lastResortFacet } from './last-resort/facet.ts';
import { type Holders, type Mounts, type MountWatch, mountFacets, type Places } from './mounts/facet.ts';
import {
  type ControlListener,
  type HttpListening,
  netFacets,
  type Supervisor,
  type WitnessListener,
} from './net/facet.ts';
import { type Packages, packageFacet } from './packages/facet.ts';
import { type Canaries, type NativeFiles, type ProbeFiles, type Probes, probeFacets } from './probe/facet.ts';
import { type EmulatedCount, type ProcessLooks, processesFacet } from './processes/facet.ts';
import { type Programs, programFacet } from './programs/facet.ts';
import { type Labels, labelFacet } from './selinux/facet.ts';
import { createSelinux } from './selinux/selinux.ts';
import { type HostSight, signsFacet } from './signs/facet.ts';
import { type Stores, storeFacet } from './store/facet.ts';
import {
  type Children,
  type Namespaces,
  type ProcessEnd,
  type Processes,
  type Rights,
  type System,
  systemFacets,
  type Timed,
} from './system/facet.ts';
import { loadLibc } from './system/libc.ts';

/**
 * Every verb of the machine that may take time, each bounded by itself. Only who puts things together gets all of it;
 * everybody else takes the facets of the rooms that he uses.
 */
export interface Machine
  extends System,
    Namespaces,
    Timed,
    Processes,
    Children,
    Rights,
    ProcessEnd,
    Instances,
    Mounts,
    MountWatch,
    Holders,
    Places,
    RunReads,
    RunWrites,
    StateFile,
    Purges,
    Files,
    Watched,
    Declarations,
    Stores,
    Labels,
    Probes,
    ProbeFiles,
    NativeFiles,
    Canaries,
    EmulatedCount,
    ProcessLooks,
    HostSight,
    Programs,
    Packages,
    LastResortProgram,
    LastResortReports,
    Bundles,
    ControlListener,
    WitnessListener,
    HttpListening,
    Supervisor {}

/** The machine that we run on. FFI is loaded here, once; `ffi` says why there is none. */
export async function createMachine(): Promise<Machine> {
  let ffi: string | null = null;
  const libc = await loadLibc((reason) => {
    ffi = reason;
  });
  const selinux = createSelinux(libc);
  return {
    ...systemFacets(libc, ffi),
    ...instanceFacet(libc),
    ...mountFacets(libc),
    ...fileFacets(libc),
    ...storeFacet(libc, selinux),
    ...labelFacet(selinux),
    ...probeFacets(libc),
    ...processesFacet(),
    ...signsFacet(),
    ...programFacet(),
    ...packageFacet(),
    ...lastResortFacet(libc),
    ...bundleFacet(libc, selinux),
    ...netFacets(libc),
  };
}
