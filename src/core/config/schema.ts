import * as z from 'zod';
import type { Matcher, Registration } from '../kernel/registration.ts';
import { resolvePlatform } from '../platforms/platforms.ts';
import { durationPattern, formatDuration, parseDuration } from '../text/duration.ts';
import { readHttpAddress } from './http-address.ts';
import { helpOf, type SettingPath } from './options.ts';
import { ownHandlerSchema } from './own-handler.ts';

// Compiling a parser takes ten times as long as reading one file without.
z.config({ jitless: true });

const day = 86_400_000;

/**
 * The shape of the configuration file, its defaults and all that can be said about one value alone. Keys of features
 * that this version lacks are accepted with their default only, so that a file is never half obeyed.
 */
export const configSchema = z.strictObject({
  platforms: leaf('platforms', z.union([z.enum(['auto', 'all']), platformList()]).prefault('auto')),
  credentials: leaf('credentials', z.union([z.boolean(), platformList()]).prefault(true)),
  preserveArgv0: leaf('preserveArgv0', z.boolean().prefault(true)),
  precedence: leaf('precedence', z.enum(['ours', 'last', 'theirs']).prefault('ours')),
  names: leaf('names', prefix().prefault('keeper-')),
  onStatusZero: leaf('onStatusZero', z.enum(['heal', 'respect']).prefault('heal')),
  adopt: leaf('adopt', z.array(entryName()).prefault([])),
  binfmtD: leaf('binfmtD', z.boolean().prefault(false)),
  interpreters: z
    .strictObject({
      sources: leaf(
        'interpreters.sources',
        z
          .array(path())
          .min(1, { error: 'must name at least one directory' })
          .prefault(['/usr/bin', '/usr/libexec/qemu', '/usr/libexec/qemu-binfmt', '/usr/local/bin']),
      ),
      store: leaf('interpreters.store', path().prefault('/var/lib/binfmt-keeper/store')),
      deploy: leaf('interpreters.deploy', z.enum(['copy', 'in-place']).prefault('copy')),
      label: leaf('interpreters.label', label().prefault('auto')),
    })
    .prefault({}),
  mounts: z
    .strictObject({
      main: leaf('mounts.main', path().prefault('/proc/sys/fs/binfmt_misc')),
      anchor: leaf('mounts.anchor', path().prefault('/run/binfmt-keeper/binfmt_misc')),
    })
    .prefault({}),
  handlers: z
    .array(ownHandlerSchema)
    .superRefine(refuseTwins)
    .prefault([])
    .describe('own handlers; the earlier stands in front where two overlap equally'),
  resync: leaf('resync', duration(100, day).prefault('30s')),
  readiness: z
    .strictObject({
      required: leaf('readiness.required', z.union([z.literal('auto'), platformList()]).prefault('auto')),
      containers: leaf('readiness.containers', z.enum(['required', 'ignore']).prefault('required')),
      witness: leaf('readiness.witness', z.enum(['required', 'if-present']).prefault('if-present')),
      witnessAge: leaf('readiness.witnessAge', duration(1000, day).prefault('5m')),
      witnessOwner: leaf('readiness.witnessOwner', owner().prefault('')),
    })
    .prefault({}),
  probe: z
    .strictObject({
      enabled: leaf('probe.enabled', z.boolean().prefault(true)),
      interval: leaf('probe.interval', duration(100, 7 * day).prefault('5m')),
      timeout: leaf('probe.timeout', duration(100, 600_000).prefault('10s')),
    })
    .prefault({}),
  onStop: leaf('onStop', z.enum(['keep', 'remove']).prefault('keep')),
  http: z
    .strictObject({
      listen: leaf('http.listen', httpAddress().prefault('127.0.0.1:8676')),
      ui: leaf('http.ui', z.enum(['auto', 'always', 'never']).prefault('auto')),
      mode: leaf('http.mode', fileMode().prefault('0600')),
      owner: leaf('http.owner', owner().prefault('')),
    })
    .prefault({}),
  publish: z
    .strictObject({
      binfmtD: leaf('publish.binfmtD', z.boolean().prefault(false)),
      nfd: leaf('publish.nfd', only(z.boolean(), false)),
      textfile: leaf('publish.textfile', promPath().prefault('')),
      startupTaint: leaf('publish.startupTaint', only(z.string(), '')),
    })
    .prefault({}),
});

/**
 * The effective configuration, frozen. Durations are milliseconds. Platforms stand as they were written. Paths and
 * the prefix are printable ASCII, so they are byte strings as they are; the strings in `handlers` are byte strings.
 */
export type Config = DeepReadonly<z.output<typeof configSchema>>;

type DeepReadonly<T> = T extends Uint8Array
  ? Uint8Array
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

function leaf<T extends z.ZodType>(name: SettingPath, type: T): T {
  return type.describe(helpOf(name));
}

/** A key whose feature comes with a later version. */
function only<T extends z.ZodType<string | boolean>>(type: T, value: z.input<T>) {
  return type.refine((given) => given === value, later(JSON.stringify(value))).prefault(value);
}

function later(accepted: string): { error: string } {
  return { error: `not supported by this version; only ${accepted} is accepted` };
}

function platformList() {
  return z.array(z.string()).superRefine((names, context) => {
    let faults = 0;
    for (const [at, name] of names.entries()) {
      const message = faultOfPlatform(name);
      if (message === null) continue;
      context.addIssue({ code: 'custom', path: [at], message });
      // Each suggestion costs a walk through the catalogue: a list of a hundred thousand typos gets no more of them.
      if (++faults > 20) return;
    }
  });
}

function faultOfPlatform(name: string): string | null {
  if (name.length > 100) return 'must not be longer than 100 characters';
  const found = resolvePlatform(name);
  if ('target' in found) return null;
  if (name === 'all' || name === 'auto') return `the word ${name} stands alone, not in a list`;
  const hint = found.suggestion === undefined ? '' : `; did you mean ${JSON.stringify(found.suggestion)}?`;
  return `${found.problem}${hint}`;
}

/** Text; the kernel counts the bytes of UTF-8. */
function entryName() {
  return z.string().superRefine((name, context) => {
    const bytes = new TextEncoder().encode(name).length;
    const why =
      bytes < 1 || bytes > 250
        ? 'must be 1 to 250 bytes'
        : /[/\0]/.test(name)
          ? 'must not hold a slash or NUL'
          : ['.', '..', 'register', 'status'].includes(name)
            ? 'must not be a name that the file system uses itself'
            : null;
    if (why !== null) context.addIssue(`${why}; got ${JSON.stringify(name.slice(0, 60))}`);
  });
}

/** A whole SELinux label, because a type alone leaves the categories open, which decide as much. */
function label() {
  return z.string().regex(/^(auto|([A-Za-z0-9_.]+:){2}[A-Za-z0-9_.]+(:[A-Za-z0-9_.,:-]+)?)$/, {
    error: 'must be auto or a whole label such as system_u:object_r:container_ro_file_t:s0',
  });
}

function httpAddress() {
  return z
    .string()
    .max(200, { error: 'must not be longer than 200 characters' })
    .superRefine((given, context) => {
      const read = readHttpAddress(given);
      if (!read.ok) context.addIssue(`${read.why}; got ${JSON.stringify(given.slice(0, 60))}`);
    });
}

/** As text, because YAML 1.2 reads 0660 as six hundred and sixty. */
function fileMode() {
  return z.string().regex(/^0?[0-7]{3}$/, { error: 'must be a file mode in quotes such as "0660"' });
}

function owner() {
  return z.string().regex(/^(\d{1,10}|[a-z_][a-z0-9_-]{0,31})?(:(\d{1,10}|[a-z_][a-z0-9_-]{0,31}))?$/, {
    error: 'must be empty, or user, user:group or :group, by name or number, such as root:adm',
  });
}

function prefix() {
  return z.string().regex(/^[A-Za-z0-9_.-]{0,64}$/, {
    error: 'must be at most 64 of the characters A-Z a-z 0-9 _ . -',
  });
}

/**
 * Printable ASCII, because such a path is the same as text and as bytes; written plainly, because it is compared
 * with the kernel's mount table and with paths that entries show.
 */
/** Empty for none. The collector reads no files of other names. */
function promPath() {
  return textThat((given) =>
    given === '' ? null : (faultOfPath(given) ?? (given.endsWith('.prom') ? null : 'must end in .prom')),
  );
}

function path() {
  return textThat(faultOfPath);
}

function textThat(fault: (given: string) => string | null) {
  return z
    .string()
    .max(1024, { error: 'must not be longer than 1024 characters' })
    .superRefine((given, context) => {
      const why = fault(given);
      if (why !== null) context.addIssue(`${why}; got ${JSON.stringify(given.slice(0, 60))}`);
    });
}

function faultOfPath(given: string): string | null {
  if (!given.startsWith('/')) return 'must be an absolute path';
  if (!/^[ -~]*$/.test(given)) return 'must be printable ASCII';
  return /\/(\.{0,2})(\/|$)/.test(given) ? 'must be written without //, ., .. and a slash at its end' : null;
}

function duration(least: number, most: number) {
  return z
    .string()
    .meta({ pattern: durationPattern })
    .transform((given, context) => {
      const ms = parseDuration(given);
      if (ms !== undefined && ms >= least && ms <= most) return ms;
      const range = `from ${formatDuration(least)} to ${formatDuration(most)}`;
      const got = JSON.stringify(given.slice(0, 60));
      context.addIssue(
        ms === undefined
          ? `must be a duration such as 30s or 5m (units ms, s, m, h, d); got ${got}`
          : `must be ${range}; got ${got}`,
      );
      return z.NEVER;
    });
}

/** Also asked where a handler is faulty in itself and has no matcher yet. */
function refuseTwins(
  handlers: readonly (Pick<Registration, 'name'> & { readonly matcher?: Matcher })[],
  context: z.RefinementCtx,
): void {
  const names = new Set<string>();
  const matchers = new Map<string, string>();
  for (const [at, { name, matcher }] of handlers.entries()) {
    const twin = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [at, key], message });
    if (names.has(name)) twin('name', 'another handler has this name already');
    names.add(name);
    if (matcher === undefined) continue;
    const matched = keyOf(matcher);
    const first = matchers.get(matched);
    const { kind } = matcher;
    if (first === undefined) matchers.set(matched, JSON.stringify(name.slice(0, 60)));
    else twin(kind, `handler ${first} has this ${kind} already, so this one would never run`);
  }
}

/** Equal for matchers that take the same files. */
function keyOf(matcher: Matcher): string {
  if (matcher.kind === 'extension') return `.${matcher.extension}`;
  const { offset, magic, mask } = matcher;
  return `${offset} ${magic.map((byte, i) => byte & (mask[i] ?? 0))} ${mask}`;
}
