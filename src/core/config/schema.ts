import * as z from 'zod';
import type { Matcher, Registration } from '../kernel/registration.ts';
import { durationPattern } from '../text/duration.ts';
import { defaults } from './defaults.ts';
import { helpOf, type SettingPath } from './options.ts';
import { ownHandlerSchema } from './own-handler.ts';
import {
  faultOfAddress,
  faultOfEntryName,
  faultOfPath,
  faultOfPlatform,
  faultOfPrefix,
  faultOfPromPath,
  faultOfRequired,
  forms,
  longest,
  prefixPattern,
  readDuration,
  spans,
  type TextRule,
} from './rules.ts';

/** Compiling a parser takes ten times as long as reading one file without. */
export const uncompiled = { jitless: true } as const;

/**
 * The shape of the configuration file, its defaults and all that can be said about one value alone. Keys of features
 * that this version lacks are accepted with their default only, so that a file is never half obeyed.
 */
export const configSchema = z.strictObject({
  platforms: leaf(
    'platforms',
    z.union([z.enum(['auto', 'all']), platformList()]).prefault(defaults.platforms),
  ),
  credentials: leaf('credentials', z.union([z.boolean(), platformList()]).prefault(defaults.credentials)),
  preserveArgv0: leaf('preserveArgv0', z.boolean().prefault(defaults.preserveArgv0)),
  precedence: leaf('precedence', z.enum(['ours', 'last', 'theirs']).prefault(defaults.precedence)),
  names: leaf('names', prefix().prefault(defaults.names)),
  aliases: leaf('aliases', z.enum(['auto', 'off', 'always']).prefault(defaults.aliases)),
  onStatusZero: leaf('onStatusZero', z.enum(['heal', 'respect']).prefault(defaults.onStatusZero)),
  onDanger: leaf('onDanger', z.enum(['tell', 'remove']).prefault(defaults.onDanger)),
  lastResort: leaf('lastResort', z.enum(['off', 'explain', 'wait']).prefault(defaults.lastResort)),
  adopt: leaf('adopt', z.array(entryName()).prefault(defaults.adopt)),
  binfmtD: leaf('binfmtD', z.boolean().prefault(defaults.binfmtD)),
  interpreters: z
    .strictObject({
      sources: leaf(
        'interpreters.sources',
        z
          .array(path())
          .min(1, { error: 'must name at least one directory' })
          .prefault(defaults['interpreters.sources']),
      ),
      store: leaf('interpreters.store', path().prefault(defaults['interpreters.store'])),
      deploy: leaf(
        'interpreters.deploy',
        z.enum(['copy', 'in-place']).prefault(defaults['interpreters.deploy']),
      ),
      label: leaf('interpreters.label', formed(forms.label).prefault(defaults['interpreters.label'])),
      bundleKey: leaf(
        'interpreters.bundleKey',
        formed(forms.bundleKey).prefault(defaults['interpreters.bundleKey']),
      ),
    })
    .prefault({}),
  mounts: z
    .strictObject({
      main: leaf('mounts.main', path().prefault(defaults['mounts.main'])),
      anchor: leaf('mounts.anchor', path().prefault(defaults['mounts.anchor'])),
    })
    .prefault({}),
  handlers: z
    .array(ownHandlerSchema)
    .superRefine(refuseTwins)
    .prefault(defaults.handlers)
    .describe('own handlers; the earlier stands in front where two overlap equally'),
  resync: leaf('resync', duration(spans.resync).prefault(defaults.resync)),
  readiness: z
    .strictObject({
      required: leaf(
        'readiness.required',
        z.union([z.literal('auto'), platformList(faultOfRequired)]).prefault(defaults['readiness.required']),
      ),
      containers: leaf(
        'readiness.containers',
        z.enum(['required', 'ignore']).prefault(defaults['readiness.containers']),
      ),
      witness: leaf(
        'readiness.witness',
        z.enum(['required', 'if-present']).prefault(defaults['readiness.witness']),
      ),
      witnessAge: leaf(
        'readiness.witnessAge',
        duration(spans['readiness.witnessAge']).prefault(defaults['readiness.witnessAge']),
      ),
      witnessOwner: leaf('readiness.witnessOwner', owner().prefault(defaults['readiness.witnessOwner'])),
    })
    .prefault({}),
  probe: z
    .strictObject({
      enabled: leaf('probe.enabled', z.boolean().prefault(defaults['probe.enabled'])),
      interval: leaf(
        'probe.interval',
        duration(spans['probe.interval']).prefault(defaults['probe.interval']),
      ),
      timeout: leaf('probe.timeout', duration(spans['probe.timeout']).prefault(defaults['probe.timeout'])),
    })
    .prefault({}),
  onStop: leaf('onStop', z.enum(['keep', 'remove']).prefault(defaults.onStop)),
  http: z
    .strictObject({
      listen: leaf('http.listen', httpAddress().prefault(defaults['http.listen'])),
      ui: leaf('http.ui', z.enum(['auto', 'always', 'never']).prefault(defaults['http.ui'])),
      mode: leaf('http.mode', fileMode().prefault(defaults['http.mode'])),
      owner: leaf('http.owner', owner().prefault(defaults['http.owner'])),
    })
    .prefault({}),
  publish: z
    .strictObject({
      binfmtD: leaf('publish.binfmtD', z.boolean().prefault(defaults['publish.binfmtD'])),
      nfd: leaf('publish.nfd', only(z.boolean(), defaults['publish.nfd'])),
      textfile: leaf('publish.textfile', promPath().prefault(defaults['publish.textfile'])),
      startupTaint: leaf('publish.startupTaint', only(z.string(), defaults['publish.startupTaint'])),
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

function platformList(rule: TextRule = faultOfPlatform) {
  return z.array(z.string()).superRefine((names, context) => {
    let faults = 0;
    for (const [at, name] of names.entries()) {
      const message = rule(name);
      if (message === null) continue;
      context.addIssue({ code: 'custom', path: [at], message });
      // Each suggestion costs a walk through the catalogue: a list of a hundred thousand typos gets no more of them.
      if (++faults > 20) return;
    }
  });
}

function entryName() {
  return textThat(faultOfEntryName);
}

function httpAddress() {
  return textThat(faultOfAddress, longest.address);
}

function fileMode() {
  return formed(forms.fileMode);
}

function owner() {
  return formed(forms.owner);
}

function prefix() {
  return textThat(faultOfPrefix).meta({ pattern: prefixPattern });
}

function promPath() {
  return textThat(faultOfPromPath, longest.path);
}

function path() {
  return textThat(faultOfPath, longest.path);
}

function formed({ pattern, error }: { readonly pattern: RegExp; readonly error: string }) {
  return z.string().regex(pattern, { error });
}

function textThat(fault: TextRule, most?: number) {
  const text =
    most === undefined
      ? z.string()
      : z.string().max(most, { error: `must not be longer than ${most} characters` });
  return text.superRefine((given, context) => {
    const why = fault(given);
    if (why !== null) context.addIssue(`${why}; got ${JSON.stringify(given.slice(0, 60))}`);
  });
}

function duration(span: readonly [number, number]) {
  return z
    .string()
    .meta({ pattern: durationPattern })
    .transform((given, context) => {
      const read = readDuration(given, span);
      if ('ms' in read) return read.ms;
      context.addIssue(read.why);
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
