/** One line of `/proc/PID/mountinfo` (proc(5)). Strings are byte strings, octal escapes decoded. */
export interface Mount {
  readonly id: number;
  readonly parent: number;
  /** `major:minor` of the superblock: equal for all mounts of one instance. */
  readonly device: string;
  readonly root: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
  readonly superOptions: readonly string[];
  readonly type: string;
  readonly source: string;
  readonly propagation: { readonly shared?: number; readonly master?: number };
}

/** Reads the mount table, given as a byte string, in the kernel's order; lines that make no sense are left out. */
export function parseMountinfo(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line) => parseLine(line) ?? []);
}

/**
 * Of a mount table only the mounts that decide where some paths without symlinks lead: those at the paths and above
 * them. Everything else is not even split, for hosts have tens of thousands.
 */
export function mountsAlong(text: string, paths: readonly string[]): readonly Mount[] {
  return mountsAt(text, [...new Set(paths.flatMap(pointsAlong))]);
}

/** All mount points of a table, and nothing else of it. */
export function mountPointsIn(text: string): ReadonlySet<string> {
  // As above, only a space and a newline end a field.
  const lines = text.matchAll(/(?:^|\n)\d+ \d+ [^ \n]+ [^ \n]+ ([^ \n]+) /g);
  return new Set(Array.from(lines, ([, point]) => unescapeOctal(point ?? '')));
}

/** The mounts whose mount points are among these. */
export function mountsAt(text: string, points: readonly string[]): readonly Mount[] {
  if (points.length > mostPatterns) {
    const wanted = new Set(points);
    return parseMountinfo(text).filter((mount) => wanted.has(mount.mountPoint));
  }
  const escaped = points.map((point) => escapeRegExp(escapeOctal(point)));
  // Only a space and a newline end a field: `^`, `.` and `\S` would believe what stands behind a \r or a \xa0 in a name.
  const lines = new RegExp(`(?:^|\\n)(\\d+ \\d+ [^ \\n]+ [^ \\n]+ (?:${escaped.join('|')}) [^\\n]*)`, 'g');
  return [...text.matchAll(lines)].flatMap(([, line]) => parseLine(line ?? '') ?? []);
}

/** A pattern of thousands of long paths takes more memory than the whole table. */
const mostPatterns = 64;

/** The mount that a path leads to when it is exactly a mount point: the topmost one there, or null. */
export function topMountAt(mounts: readonly Mount[], path: string): Mount | null {
  const mount = mountOf(mounts, path);
  return mount?.mountPoint === path ? mount : null;
}

/**
 * The mount that a path without symlinks lies on. Found by walking down as the kernel does, from mount to mounted
 * child, because the longest mount point alone may be one that a later mount over its parent directory has hidden.
 */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  const ids = new Set(mounts.map((mount) => mount.id));
  let current: Mount | null = null;
  for (const prefix of pointsAlong(path)) {
    for (;;) {
      const next = mountedOn(mounts, ids, current, prefix);
      if (!next) break;
      current = next;
    }
  }
  return current;
}

/**
 * What lies at a path of ours, under the path that another mount table shows it at; null where that shows it nowhere, or
 * hides it under a later mount. Told by superblock and the path within it. Our root is nothing of theirs: engines mount a
 * container's root where the host sees it, under a path that ends with the container.
 */
export function pathElsewhere(path: string, ours: readonly Mount[], theirs: readonly Mount[]): string | null {
  const mine = mountOf(ours, path);
  if (mine === null || mine.mountPoint === '/') return null;
  const within = below(mine.root, path.slice(mine.mountPoint.length));
  const found = theirs.flatMap((mount) => {
    const rest = mount.device === mine.device ? restOf(within, mount.root) : null;
    const there = rest === null ? null : below(mount.mountPoint, rest);
    return there !== null && mountOf(theirs, there)?.id === mount.id ? [there] : [];
  });
  return found.includes(path) ? path : (found[0] ?? null);
}

function below(directory: string, rest: string): string {
  return `${directory === '/' ? '' : directory}${rest}` || '/';
}

/** What follows a directory in a path; null where the path is not below it. */
function restOf(path: string, directory: string): string | null {
  if (directory === '/') return path === '/' ? '' : path;
  return path === directory || path.startsWith(`${directory}/`) ? path.slice(directory.length) : null;
}

function parseLine(line: string): Mount | null {
  // The fields before the separator contain no spaces, those after it may be empty (a source of '').
  const separator = line.indexOf(' - ');
  if (separator < 0) return null;
  const [id, parent, device, root, mountPoint, options, ...tags] = line.slice(0, separator).split(' ');
  const [type, source, superOptions] = line.slice(separator + 3).split(' ');
  if (!device || !root || !mountPoint || !options || !type || source === undefined) return null;
  if (!/^\d+$/.test(id ?? '') || !/^\d+$/.test(parent ?? '')) return null;
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: unescapeOctal(root),
    mountPoint: unescapeOctal(mountPoint),
    options: options.split(','),
    superOptions: (superOptions ?? '').split(',').map(unescapeOctal),
    type: unescapeOctal(type),
    source: unescapeOctal(source),
    propagation: { ...tag(tags, 'shared'), ...tag(tags, 'master') },
  };
}

function unescapeOctal(field: string): string {
  return field.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

/** What the kernel escapes in a path. */
function escapeOctal(path: string): string {
  return path.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function tag(tags: readonly string[], name: 'shared' | 'master'): { [key in typeof name]?: number } {
  const found = tags.find((text) => text.startsWith(`${name}:`));
  return found ? { [name]: Number(found.slice(name.length + 1)) } : {};
}

/** A path and all directories above it, from the root on. */
export function pointsAlong(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}

function mountedOn(
  mounts: readonly Mount[],
  ids: ReadonlySet<number>,
  below: Mount | null,
  point: string,
): Mount | null {
  const children = mounts.filter((mount) => {
    if (mount.mountPoint !== point || mount === below) return false;
    if (below) return mount.parent === below.id && mount.id !== below.id;
    // The root of a container or chroot hangs on a mount that is not shown.
    return mount.parent === mount.id || !ids.has(mount.parent);
  });
  return children.at(-1) ?? null;
}
