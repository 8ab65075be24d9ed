import assert from 'node:assert/strict';
import fc from 'fast-check';
import { matchesHeader } from '../../src/core/kernel/match.ts';
import { type Matcher, type Registration, renderLine } from '../../src/core/kernel/registration.ts';
import type { Desired, Precedence } from '../../src/core/plan/desired.ts';
import { type Handler, temporaryName } from '../../src/core/plan/handler.ts';
import { identify, type Verdict } from '../../src/core/plan/memory.ts';
import { inOrder } from '../../src/core/plan/order.ts';
import type { Instance } from '../../src/host/instance/instance.ts';
import { createMemory, type LiveMemory } from '../../src/keeper/record/memory.ts';
import { toEntry } from '../../src/keeper/repair/observe.ts';
import type { FakeEntry } from '../fake/binfmt.ts';
import { MemoryKernel } from '../fake/memory-kernel.ts';

/** A file that somebody may execute: its first bytes and its path. */
export interface SampleFile {
  readonly header: string;
  readonly path: string;
}

/** What lies in the instance at first; oldest first in a scene. */
export interface Item {
  readonly registration: Registration;
  readonly enabled: boolean;
  /** We recorded it, pinning today's interpreter or an older one. */
  readonly recorded: 'no' | 'yes' | 'older';
  readonly verdict: Verdict | null;
}

/** A desired state and some damage, as data, so that a failing case can be read. */
export interface Scene {
  readonly desired: Desired;
  readonly items: readonly Item[];
  readonly enabled: boolean;
  readonly mistrusted: readonly string[];
}

/** A scene set up on a kernel in memory. */
export interface Stage {
  readonly kernel: MemoryKernel;
  readonly instance: Instance;
  readonly memory: LiveMemory;
}

const prefix = 'keeper-';
const store = '/store';
const interpreters = [`${store}/1/emulator`, `${store}/2/emulator`, '/opt/emulator'];
const pinned = { dev: 7, ino: 70, sha256: '' };
const extensions = ['jar', 'xyz'];

/** All files of the world: three bytes that decide, or an extension. */
export const files: readonly SampleFile[] = [
  ...[0xa0, 0xa1].flatMap((a) =>
    [0, 1].flatMap((b) => [0, 1].map((c) => ({ header: String.fromCharCode(a, b, c), path: '/file' }))),
  ),
  ...extensions.map((extension) => ({ header: '', path: `/file.${extension}` })),
];

const magic: fc.Arbitrary<Matcher> = fc
  .record({
    bytes: fc.tuple(fc.constantFrom(0xa0, 0xa1), fc.constantFrom(0, 1), fc.constantFrom(0, 1)),
    mask: fc.constantFrom(
      [0xff, 0, 0],
      [0xff, 0xff, 0],
      [0xff, 0, 0xff],
      [0xff, 0xff, 0xff],
      [0xfe, 0xff, 0xff],
    ),
  })
  .map(({ bytes, mask }) => ({
    kind: 'magic',
    offset: 0,
    magic: Uint8Array.from(bytes),
    mask: Uint8Array.from(mask),
  }));
const matcher: fc.Arbitrary<Matcher> = fc.oneof(
  { arbitrary: magic, weight: 5 },
  {
    arbitrary: fc.constantFrom(...extensions).map((extension): Matcher => ({ kind: 'extension', extension })),
    weight: 1,
  },
);
const flags = fc.constantFrom('', 'F', 'POCF');
const interpreter = fc.constantFrom(...interpreters);

/** Whether a matcher takes a file. */
function matches(matcher: Matcher, file: SampleFile): boolean {
  return matchesHeader(matcher, Buffer.from(file.header, 'latin1'), file.path);
}

const handlers: fc.Arbitrary<Handler[]> = fc
  .array(fc.record({ matcher, flags, interpreter }), { minLength: 1, maxLength: 4 })
  .map((rows) => inOrder(rows.map((row, at) => makeHandler(`k${at}`, row))));

/** A handler as the scenes have them. */
export function makeHandler(
  key: string,
  row: Pick<Registration, 'matcher' | 'flags' | 'interpreter'>,
): Handler {
  const samples =
    row.matcher.kind === 'extension'
      ? []
      : files
          .filter((f) => matches(row.matcher, f))
          .map((f) => Uint8Array.from(Buffer.from(f.header, 'latin1')));
  return {
    key,
    platforms: [],
    // An own handler has a name without the prefix.
    registration: { name: key === 'k3' ? 'plain' : `${prefix}${key}`, ...row },
    interpreter: row.flags.includes('F') ? pinned : null,
    samples,
  };
}

const recorded = fc.constantFrom('no', 'yes', 'older' as const);

/** What may be found under a name of ours: nothing, the right thing, or something else. */
function reserved(handler: Handler, name: string): fc.Arbitrary<Item[]> {
  const right = { ...handler.registration, name };
  const item = (registration: fc.Arbitrary<Registration>): fc.Arbitrary<Item> =>
    fc.record({ registration, enabled: fc.boolean(), recorded, verdict: fc.constant(null) });
  return fc.oneof(
    fc.constant<Item[]>([]),
    item(fc.constant(right)).map((one) => [one]),
    item(fc.record({ flags, interpreter }).map((other) => ({ ...right, ...other }))).map((one) => [one]),
    item(fc.record({ name: fc.constant(name), matcher, flags, interpreter })).map((one) => [one]),
  );
}

const foreignName = fc.constantFrom('qemu-a', 'qemu-b', 'zz', 'keepers', 'a.next');
const foreign: fc.Arbitrary<Item> = fc.record({
  registration: fc.record({
    name: foreignName,
    matcher,
    flags,
    // A line that we published and somebody registered has our interpreter.
    interpreter: fc.oneof(fc.constant('/foreign/emulator'), interpreter),
  }),
  enabled: fc.boolean(),
  recorded: fc.constant('no'),
  verdict: fc.constantFrom(null, 'works', 'broken'),
});
const leftover: fc.Arbitrary<Item> = fc.record({
  registration: fc.record({
    name: fc.constantFrom('old-k0', `${prefix}gone`),
    matcher,
    flags,
    interpreter: fc.constant(interpreters[0] ?? ''),
  }),
  enabled: fc.boolean(),
  recorded: fc.constant('yes'),
  verdict: fc.constant(null),
});

/** Scenes under one of these precedences. */
export function scene(...precedences: readonly Precedence[]): fc.Arbitrary<Scene> {
  return handlers.chain((list) =>
    fc
      .record({
        precedence: fc.constantFrom(...precedences),
        onStatusZero: fc.constantFrom('heal', 'respect'),
        enabled: fc.boolean(),
        mistrusted: fc.subarray(list.map((h) => h.key)),
        own: fc.tuple(...list.map((h) => reserved(h, h.registration.name))),
        spares: fc.tuple(
          ...list.map((h) => fc.oneof(fc.constant<Item[]>([]), reserved(h, temporaryName(h)))),
        ),
        others: fc.uniqueArray(fc.oneof(foreign, leftover), {
          maxLength: 5,
          selector: (one) => one.registration.name,
        }),
        published: fc.subarray<[string, 'wanted' | 'withdrawn']>([
          ['qemu-a', 'wanted'],
          ['qemu-b', 'withdrawn'],
        ]),
        shuffle: fc.array(fc.nat(1000), { minLength: 16, maxLength: 16 }),
      })
      .map((raw) => {
        const items = [...raw.own.flat(), ...raw.spares.flat(), ...raw.others];
        const places = new Map(items.map((one, at) => [one, raw.shuffle[at] ?? 0]));
        return {
          desired: {
            handlers: list,
            precedence: raw.precedence,
            onStatusZero: raw.onStatusZero,
            prefix,
            store,
            adopted: new Set(),
            published: new Map(raw.published),
          },
          items: items.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0)),
          enabled: raw.enabled,
          mistrusted: raw.mistrusted,
        };
      }),
  );
}

/** Sets a scene up. */
export function stage({ items, enabled, mistrusted }: Scene): Stage {
  const kernel = new MemoryKernel();
  for (const path of [...interpreters, '/foreign/emulator']) kernel.host.program(path, path);
  const opened = kernel.open();
  assert.ok(opened.ok);
  const { instance } = opened;
  const memory = createMemory();
  for (const key of mistrusted) memory.mistrusted.add(key);
  for (const item of items) {
    const { name, flags } = item.registration;
    assert.ok(instance.register(renderLine(item.registration)).ok);
    const raw = instance.read(name);
    assert.ok(raw);
    const now = flags.includes('F') ? { ...pinned, ino: item.recorded === 'older' ? 69 : pinned.ino } : null;
    if (item.recorded !== 'no') memory.records.set(name, { id: raw.id, interpreter: now });
    if (item.verdict !== null) memory.verdicts.set(identify(toEntry(name, raw)), item.verdict);
    if (!item.enabled) kernel.foreign.write(name, '0');
  }
  if (!enabled) kernel.foreign.status('0');
  return { kernel, instance, memory };
}

/** The entry that takes a file, or null. */
export function taker({ kernel }: Stage, file: SampleFile): FakeEntry | null {
  return kernel.host.user.binfmt?.search(file.header, file.path) ?? null;
}

/** The handlers that want a file, the best first. */
export function wanting({ handlers: list }: Desired, file: SampleFile): readonly Handler[] {
  return list.filter((h) => matches(h.registration.matcher, file));
}

/** Whether an entry runs files as a handler does. */
export function runsAs(entry: FakeEntry, { registration }: Handler): boolean {
  return entry.line.interpreter === registration.interpreter && entry.line.flags === registration.flags;
}

/** The same instance, which calls `before` ahead of each write; an error code makes that write fail without effect. */
export function guarded(
  instance: Instance,
  before: (write: number) => string | null,
  after: () => void = () => {},
): Instance {
  let writes = 0;
  const write = (act: () => ReturnType<Instance['enable']>): ReturnType<Instance['enable']> => {
    const code = before(writes++);
    if (code !== null) return { ok: false, code, message: code };
    const outcome = act();
    after();
    return outcome;
  };
  return {
    ...instance,
    register: (line) => write(() => instance.register(line)),
    change: (...change) => write(() => instance.change(...change)),
    enable: () => write(() => instance.enable()),
  };
}
