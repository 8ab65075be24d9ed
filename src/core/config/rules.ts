import { resolvePlatform } from '../platforms/platforms.ts';
import { formatDuration, parseDuration } from '../text/duration.ts';
import { readHttpAddress } from './http-address.ts';

/** What can be said about one text alone: why it will not do, or null. The schema and the quick way both ask here. */
export type TextRule = (given: string) => string | null;

/** Items of `platforms`, and of whatever else lists platforms. */
export function faultOfPlatform(name: string): string | null {
  if (name.length > 100) return 'must not be longer than 100 characters';
  const found = resolvePlatform(name);
  if ('target' in found) return null;
  if (name === 'all' || name === 'auto') return `the word ${name} stands alone, not in a list`;
  const hint = found.suggestion === undefined ? '' : `; did you mean ${JSON.stringify(found.suggestion)}?`;
  return `${found.problem}${hint}`;
}

/** Items of `readiness.required`: platforms, or names of handlers and adopted entries, which another setting knows. */
export function faultOfRequired(name: string): string | null {
  if (name === 'all' || name === 'auto') return `the word ${name} stands alone, not in a list`;
  return faultOfEntryName(name) === null ? null : faultOfPlatform(name);
}

/** Items of `adopt`; the kernel counts the bytes of UTF-8. */
export function faultOfEntryName(name: string): string | null {
  const bytes = new TextEncoder().encode(name).length;
  if (bytes < 1 || bytes > 250) return 'must be 1 to 250 bytes';
  if (/[/\0]/.test(name)) return 'must not hold a slash or NUL';
  if (['.', '..', 'register', 'status'].includes(name))
    return 'must not be a name that the file system uses itself';
  return nameOfMany(name);
}

/** Refuses a pattern where one name is wanted: the kernel takes it as a name like any other. */
export function nameOfMany(name: string): string | null {
  return /[*?]|\[[^\]]+\]/.test(name)
    ? 'must be the name of one entry: there are no patterns here, so write each name (ls /proc/sys/fs/binfmt_misc)'
    : null;
}

/**
 * Printable ASCII, because such a path is the same as text and as bytes; written plainly, because it is compared
 * with the kernel's mount table and with paths that entries show.
 */
export function faultOfPath(given: string): string | null {
  if (!given.startsWith('/')) return 'must be an absolute path';
  if (!/^[ -~]*$/.test(given)) return 'must be printable ASCII';
  return /\/(\.{0,2})(\/|$)/.test(given) ? 'must be written without //, ., .. and a slash at its end' : null;
}

/**
 * `names`. What follows it is an architecture: without something between the two nobody can tell our names from others, and
 * `qemu` would make `qemuaarch64`.
 */
export function faultOfPrefix(given: string): string | null {
  if (given === '') return 'must not be empty: our entries are known by it, and removed by it';
  if (!/^[A-Za-z0-9_.-]*$/.test(given)) return 'must consist of the characters A-Z a-z 0-9 _ . -';
  if (given.length > 64) return 'must not be longer than 64 characters';
  if (/[_.-]$/.test(given)) return null;
  return `must end in - or _ or ., since an architecture follows it; did you mean ${JSON.stringify(`${given}-`)}?`;
}

/** The same as a pattern, for editors. */
export const prefixPattern = '^[A-Za-z0-9_.-]{0,63}[_.-]$';

/** Empty for none. The collector reads no files of other names. */
export function faultOfPromPath(given: string): string | null {
  if (given === '') return null;
  return faultOfPath(given) ?? (given.endsWith('.prom') ? null : 'must end in .prom');
}

/** `http.listen`. */
export function faultOfAddress(given: string): string | null {
  const read = readHttpAddress(given);
  return read.ok ? null : read.why;
}

/** The longest of texts, in characters. */
export const longest = { path: 1024, address: 200 } as const;

/** Texts of one form each, with what is said where they have another. */
export const forms = {
  /** A whole SELinux label, because a type alone leaves the categories open, which decide as much. */
  label: {
    pattern: /^(auto|([A-Za-z0-9_.]+:){2}[A-Za-z0-9_.]+(:[A-Za-z0-9_.,:-]+)?)$/,
    error: 'must be auto or a whole label such as system_u:object_r:container_ro_file_t:s0',
  },
  /** 42 bytes in base64: what algorithm, which key, and the key (the second line of minisign.pub). */
  bundleKey: {
    pattern: /^(RW[A-Za-z0-9+/]{54})?$/,
    error: 'must be empty, or the second line of a minisign.pub: RW and 54 more characters',
  },
  /** As text, because YAML 1.2 reads 0660 as six hundred and sixty. */
  fileMode: { pattern: /^0?[0-7]{3}$/, error: 'must be a file mode in quotes such as "0660"' },
  owner: {
    pattern: /^(\d{1,10}|[a-z_][a-z0-9_-]{0,31})?(:(\d{1,10}|[a-z_][a-z0-9_-]{0,31}))?$/,
    error: 'must be empty, or user, user:group or :group, by name or number, such as root:adm',
  },
} as const;

const day = 86_400_000;

/** The least and the most that a duration may be, milliseconds. */
export const spans = {
  resync: [100, day],
  'readiness.witnessAge': [1000, day],
  'probe.interval': [100, 7 * day],
  'probe.timeout': [100, 600_000],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

/** Milliseconds of a duration within its span, or why it is none. */
export function readDuration(
  given: string,
  [least, most]: readonly [number, number],
): { readonly ms: number } | { readonly why: string } {
  const ms = parseDuration(given);
  if (ms !== undefined && ms >= least && ms <= most) return { ms };
  const got = JSON.stringify(given.slice(0, 60));
  return {
    why:
      ms === undefined
        ? `must be a duration such as 30s or 5m (units ms, s, m, h, d); got ${got}`
        : `must be from ${formatDuration(least)} to ${formatDuration(most)}; got ${got}`,
  };
}
