/** A kernel's version, as far as behaviour depends on it. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/**
 * Reads `uname -r`, null where it does not begin with a version. Debian and Ubuntu hide the stable patch level there
 * (6.1.0-25-amd64 is 6.1.106): given `build`, the text of `uname -v` or /proc/version_signature, theirs is used.
 */
export function parseKernelVersion(release: string, build = ''): KernelVersion | null {
  const stable = /\bDebian (\d+\.\d+\.\d+)-/.exec(build) ?? /^Ubuntu \S+ (\d+\.\d+\.\d+)/.exec(build);
  const found = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(stable?.[1] ?? release);
  if (found === null) return null;
  return { major: Number(found[1]), minor: Number(found[2]), patch: Number(found[3] ?? 0) };
}

/** Whether the version is `major.minor` or later. */
export function atLeast(version: KernelVersion, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

/**
 * The flags to register with on this kernel, in the kernel's order: `F` since 4.8, `P` only since 5.12, because
 * before that the interpreter is not told of it (AT_FLAGS) and takes argv[0] for an argument. `C` brings `O` along.
 */
export function flagsFor(
  version: KernelVersion,
  wish: { readonly preserveArgv0: boolean; readonly credentials: boolean },
): string {
  const p = wish.preserveArgv0 && atLeast(version, 5, 12) ? 'P' : '';
  const c = wish.credentials ? 'OC' : '';
  const f = atLeast(version, 4, 8) ? 'F' : '';
  return p + c + f;
}

/** Why a kernel takes no line with these flags; null where it does. What it does not know ends the line for it: EINVAL. */
export function unknownFlags(version: KernelVersion, flags: string): string | null {
  return flags.includes('F') && !atLeast(version, 4, 8)
    ? `F needs Linux 4.8, this is ${version.major}.${version.minor}`
    : null;
}

/** Stable releases that took over 1c5976ef0f7a; 5.4's is inferred, the others were read. */
const backports: readonly KernelVersion[] = [
  { major: 6, minor: 6, patch: 48 },
  { major: 6, minor: 1, patch: 107 },
  { major: 5, minor: 15, patch: 166 },
  { major: 5, minor: 10, patch: 225 },
  { major: 5, minor: 4, patch: 283 },
  { major: 4, minor: 19, patch: 321 },
];

/** Whether entries die with the last mount of the file system (6.7, and what was backported to stable kernels). */
export function diesWithLastMount(version: KernelVersion): boolean {
  const since = backports.find((b) => b.major === version.major && b.minor === version.minor);
  return since === undefined ? atLeast(version, 6, 7) : version.patch >= since.patch;
}

/** Whether each user namespace can have an instance of its own (21ca59b365c0, never backported). */
export function hasNamespacedInstances(version: KernelVersion): boolean {
  return atLeast(version, 6, 7);
}
