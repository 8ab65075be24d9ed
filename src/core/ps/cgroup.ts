/** Who put a process where it is, as far as the name of a control group tells. */
export type ContainerRuntime =
  | 'docker'
  | 'podman'
  | 'containerd'
  | 'cri-o'
  | 'buildkit'
  | 'ecs'
  | 'lxc'
  | 'nspawn'
  | 'unknown';

/** Where a process belongs. */
export interface CgroupPlace {
  /** The innermost container: its whole id, or its name where the runtime has nothing but names. */
  readonly container: string | null;
  readonly runtime: ContainerRuntime | null;
  /** UID of the Kubernetes pod, written with dashes, or id of podman's pod. */
  readonly pod: string | null;
  /** The unit of systemd that holds it, where no container does. */
  readonly unit: string | null;
}

/** What is known of a process that nothing is known of. */
const nowhere: CgroupPlace = { container: null, runtime: null, pod: null, unit: null };

/**
 * Reads /proc/PID/cgroup as a byte string. With version 1 each hierarchy has a line of its own, and some of them stay at the
 * root for a container that others know: the line that tells most counts.
 */
export function placeOf(text: string): CgroupPlace {
  let best = nowhere;
  for (const line of text.split('\n')) {
    // Names of hierarchies have no colon, paths may.
    const path = /^\d+:[^:]*:(\/.*)$/s.exec(line)?.[1];
    if (path === undefined) continue;
    const place = placeIn(path.replace(/ \(deleted\)$/, ''));
    if (told(place) > told(best)) best = place;
  }
  return best;
}

function told({ container, pod, unit, runtime }: CgroupPlace): number {
  const known = runtime !== null && runtime !== 'unknown' ? 1 : 0;
  return (container === null ? 0 : 8) + (pod === null ? 0 : 4) + (unit === null ? 0 : 2) + known;
}

/** The container nearest to the process counts, and the pod that is around just that one. */
function placeIn(path: string): CgroupPlace {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..' && part !== '.');
  let place = nowhere;
  let pod: string | null = null;
  for (const [at, part] of parts.entries()) {
    const aroundIt = podIn(part, parts[at + 1]);
    if (aroundIt !== null) pod = aroundIt;
    const found = containerIn(part, parts[at - 1] ?? '', parts);
    if (found === 'runtime') return { ...place, unit: place.container === null ? unitIn(parts) : null };
    if (found === null) continue;
    place = { ...nowhere, ...found, pod };
    pod = null;
  }
  if (place.container !== null) return place;
  return { ...nowhere, pod, unit: unitIn(parts) };
}

/** Docker, podman, containerd and CRI-O draw 32 random bytes. */
const id = '[0-9a-f]{64}';

/** Names that stand before an id: `docker-ID.scope` under systemd, `crio-ID` under cgroupfs. */
const named: Readonly<Record<string, ContainerRuntime>> = {
  docker: 'docker',
  libpod: 'podman',
  'libpod-payload': 'podman',
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  containerd: 'containerd',
  crio: 'cri-o',
  buildkit: 'buildkit',
};

const withName = new RegExp(`^([a-z][a-z-]*?)[-:](${id})(?:\\.scope)?$`);
const alone = new RegExp(`^${id}(?:\\.scope)?$`);
/** Each of these watches one container and runs outside of it. */
const beside = new RegExp(`^(?:libpod-conmon|crio-conmon|conmon)-${id}(?:\\.scope)?$`);

function containerIn(
  part: string,
  above: string,
  parts: readonly string[],
): Pick<CgroupPlace, 'container' | 'runtime'> | 'runtime' | null {
  if (beside.test(part)) return 'runtime';
  // containerd with systemd but without its driver makes paths such as system.slice:cri-containerd:ID.
  const [, name = '', after = ''] = withName.exec(part.replace(/^[^:]*\.slice:/, '')) ?? [];
  if (after !== '') return { container: after, runtime: named[name] ?? 'unknown' };
  if (alone.test(part)) {
    // podman's pods are directories with an id too, which a container's is below.
    if (above === 'libpod_parent') return null;
    return { container: part.slice(0, 64), runtime: runtimeAbove(above, parts) };
  }
  return other(part, above, parts);
}

/** What the directory says, where the name is an id alone. */
function runtimeAbove(above: string, parts: readonly string[]): ContainerRuntime {
  if (above === 'docker' || above === 'moby') return 'docker';
  if (above === 'default' || above === 'k8s.io') return 'containerd';
  if (above === 'buildkit') return 'buildkit';
  return parts.includes('ecs') ? 'ecs' : 'unknown';
}

/** Containers that are known by another name than 64 digits. */
function other(
  part: string,
  above: string,
  parts: readonly string[],
): Pick<CgroupPlace, 'container' | 'runtime'> | null {
  const lxc = /^lxc\.payload[./](.+)$/.exec(part)?.[1] ?? (above === 'lxc' ? part : undefined);
  if (lxc !== undefined) return { container: lxc, runtime: 'lxc' };
  const machine =
    /^systemd-nspawn@(.+)\.service$/.exec(part)?.[1] ??
    (above === 'machine.slice' ? /^machine-(?!qemu)(.+)\.scope$/.exec(part)?.[1] : undefined);
  if (machine !== undefined) return { container: unescaped(machine), runtime: 'nspawn' };
  // BuildKit draws 25 letters and digits.
  if (above === 'buildkit' && /^[0-9a-z]{20,40}$/.test(part)) return { container: part, runtime: 'buildkit' };
  // A task of Fargate and of the agent's version 3 is TASK-NUMBER.
  if (parts[0]?.startsWith('ecs') === true && /^[0-9a-f]{32}-\d+$/.test(part))
    return { container: part, runtime: 'ecs' };
  return null;
}

/** The pod that a directory is: kubepods of either driver, also below another slice (kind), and podman's. */
function podIn(part: string, next = ''): string | null {
  const uid =
    /^(?:[a-z]+-)*kubepods(?:-besteffort|-burstable)?-pod(.+)\.slice$/.exec(part)?.[1] ??
    /^pod([0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32})$/.exec(part)?.[1];
  if (uid !== undefined) return unescaped(uid).replaceAll('_', '-');
  const podman = new RegExp(`^(?:machine|user)-libpod_pod_(${id})\\.slice$`).exec(part)?.[1];
  if (podman !== undefined) return podman;
  return alone.test(part) && next.startsWith('libpod-') ? part.slice(0, 64) : null;
}

/** The last unit of a path; what a unit makes below itself is none of systemd's. */
function unitIn(parts: readonly string[]): string | null {
  const unit = parts.findLast((part) => /\.(?:service|scope)$/.test(part));
  return unit === undefined ? null : unescaped(unit);
}

/** systemd writes `\x2d` for a dash that is part of a name. */
function unescaped(name: string): string {
  return name.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
