import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { aliasesOf } from '../../../src/core/kept/alias.ts';
import { renderEntry } from '../../../src/core/kernel/entry.ts';
import type { Registration } from '../../../src/core/kernel/registration.ts';
import type { Desired, Precedence } from '../../../src/core/plan/desired.ts';
import { type Handler, temporaryName } from '../../../src/core/plan/handler.ts';
import { betters, inOrder } from '../../../src/core/plan/order.ts';
import { isOurs } from '../../../src/core/plan/ownership.ts';
import { architectureOf } from '../../../src/core/platforms/catalogue.ts';
import { matcherOf, sampleHeaders } from '../../../src/core/platforms/catalogue-magic.ts';
import type { Instance } from '../../../src/host/instance/instance.ts';
import { createAliases } from '../../../src/keeper/kept/aliases.ts';
import { withCustody } from '../../../src/keeper/kept/with-custody.ts';
import { createMemory } from '../../../src/keeper/record/memory.ts';
import { toEntry } from '../../../src/keeper/repair/observe.ts';
import { createRepair } from '../../../src/keeper/repair/repair.ts';
import { showEntry } from '../../fake/binfmt.ts';
import {
  guarded,
  type Item,
  runsAs,
  type SampleFile,
  type Scene,
  type Stage,
  stage,
  taker,
} from '../scene.ts';

if (process.env.CI !== undefined) fc.configureGlobal({ seed: 20_261_127 });

const runs = { numRuns: Number(process.env.FC_RUNS ?? 300) };
const targets = ['aarch64', 'riscv64', 'arm'];
const files: readonly SampleFile[] = targets.flatMap((target) =>
  headersOf(target).map((header) => ({ header: Buffer.from(header).toString('latin1'), path: '/file' })),
);

test('from any state: after two quiet seconds each alias is as wanted, and a further look finds nothing to do', async () => {
  await fc.assert(
    fc.asyncProperty(anyScene(), async (given) => {
      const bed = testBed(given);
      await bed.full(0);
      assert.deepEqual(failures(await bed.full(2000)), []);
      assert.deepEqual((await bed.full(2001)).results, [], `${bed.set.kernel}`);
      assert.deepEqual((await bed.full(9000)).results, []);
      // Under another precedence there is none where somebody else serves.
      if (given.desired.precedence !== 'ours') return;
      for (const alias of bed.aliases) if (!bed.taken.has(alias.key)) assertRight(bed, alias);
      for (const h of given.desired.handlers) assert.equal(bed.text(h.registration.name), textOf(h));
    }),
    runs,
  );
});

test('before two quiet seconds nothing is done under any of the names, and each change of one begins them anew', async () => {
  await fc.assert(
    fc.asyncProperty(anyScene(), fc.nat(1999), fc.nat(2), async (given, at, which) => {
      const bed = testBed(given);
      await bed.full(0);
      const name = bed.aliases[which % Math.max(1, bed.aliases.length)]?.registration.name;
      fc.pre(name !== undefined);
      const before = bed.names().map(bed.show);
      await bed.full(at);
      assert.deepEqual(bed.names().map(bed.show), before);
      bed.set.kernel.foreign.write(name, '-1');
      bed.set.kernel.foreign.register(`:${name}:E::foreign::/foreign/emulator:`);
      await bed.full(at);
      const changed = bed.names().map(bed.show);
      const { again } = await bed.full(at + 1999);
      assert.deepEqual(bed.names().map(bed.show), changed);
      assert.ok(again === null || again <= 1);
    }),
    runs,
  );
});

test('what somebody else registered under such a name stays as it is: the same registration', async () => {
  await fc.assert(
    fc.asyncProperty(anyScene(), async (given) => {
      const bed = testBed(given);
      const theirs = bed.aliases.filter((a) => bed.taken.has(a.key)).map((a) => a.registration.name);
      const before = theirs.map(bed.show);
      for (const now of [0, 2000, 5000]) await bed.full(now);
      assert.deepEqual(theirs.map(bed.show), before);
    }),
    runs,
  );
});

test('no write takes a file away from what runs as its handler does, not even for a moment', async () => {
  await fc.assert(
    fc.asyncProperty(anyScene('ours'), async (given) => {
      const bed = testBed(given, (set) => {
        const right = (f: SampleFile): boolean => isRight(given, set, f);
        const before = new Map(files.map((f) => [f, right(f)]));
        return () => {
          for (const f of files) {
            assert.ok(right(f) || !before.get(f), `lost:\n${set.kernel}`);
            before.set(f, right(f));
          }
        };
      });
      for (const now of [0, 2000, 4000]) await bed.full(now);
    }),
    runs,
  );
});

test('with the alias there, deleting or switching off the handler’s entry leaves every file served alike, and so the other way round', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyScene('ours'),
      fc.constantFrom('-1', '0'),
      fc.boolean(),
      async (given, value, aliasToo) => {
        const bed = testBed(given);
        for (const now of [0, 2000]) await bed.full(now);
        for (const alias of bed.aliases.filter((a) => !bed.taken.has(a.key))) {
          const target = alias.key.slice('alias:'.length);
          const name = aliasToo ? alias.registration.name : `keeper-${target}`;
          bed.set.kernel.foreign.write(name, value);
          for (const header of headersOf(target)) {
            const file = { header: Buffer.from(header).toString('latin1'), path: '/file' };
            assert.ok(isRight(given, bed.set, file), `${name}:\n${bed.set.kernel}`);
          }
        }
      },
    ),
    runs,
  );
});

test('under another precedence an alias never comes to stand in front of somebody who serves by right', async () => {
  await fc.assert(
    fc.asyncProperty(anyScene('last', 'theirs'), async (given) => {
      const bed = testBed(given);
      await bed.full(0);
      const before = files.map((f) => taker(bed.set, f)?.line.name ?? null);
      await bed.full(2000);
      for (const [at, file] of files.entries()) {
        const was = before[at] ?? '';
        if (!was.startsWith('foreign')) continue;
        assert.equal(taker(bed.set, file)?.line.name, was, `${bed.set.kernel}`);
      }
    }),
    runs,
  );
});

test('a new interpreter: handlers at once, aliases when it is quiet, and every file is served all the time by one of both', async () => {
  await fc.assert(
    fc.asyncProperty(anyScene('ours'), async (given) => {
      const bed = testBed(given);
      for (const now of [0, 2000]) await bed.full(now);
      const handlers = given.desired.handlers.map((h) => ({
        ...h,
        registration: { ...h.registration, interpreter: '/store/2/emulator' },
      }));
      const next: Scene = { ...given, desired: { ...given.desired, handlers } };
      const check = (): void => {
        for (const f of files)
          assert.ok(isRight(given, bed.set, f) || isRight(next, bed.set, f), `${bed.set.kernel}`);
      };
      const later = patient(
        live(
          next,
          bed.set,
          guarded(bed.set.instance, () => null, check),
          bed.set.memory,
        ),
      );
      await later(3000);
      for (const f of files) assert.ok(isRight(next, bed.set, f), `${bed.set.kernel}`);
      await later(5000);
      assert.deepEqual((await later(5001)).results, []);
      for (const alias of aliasesIn(next.desired)) if (!bed.taken.has(alias.key)) assertRight(bed, alias);
    }),
    runs,
  );
});

test('a crash after any write, and a next life that remembers nothing, ends as wanted', async () => {
  class Crash extends Error {}
  await fc.assert(
    fc.asyncProperty(anyScene('ours'), fc.nat(14), async (given, at) => {
      // Without a record what lies elsewhere may be anybody's, also under a handler's own name.
      const ours = [...given.desired.handlers, ...given.items].map((one) => one.registration);
      fc.pre(ours.every((r) => !r.name.startsWith('keeper-') || r.interpreter.startsWith('/store/')));
      const bed = testBed(given);
      const crashing = guarded(bed.set.instance, (n) => {
        if (n >= at) throw new Crash();
        return null;
      });
      try {
        const first = patient(live(given, bed.set, crashing, bed.set.memory));
        for (const now of [0, 2000]) await first(now);
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
      const memory = createMemory();
      const next = patient(live(given, bed.set, bed.set.instance, memory));
      for (const now of [0, 2000, 2001]) await next(now);
      assert.deepEqual((await next(5000)).results, [], `${bed.set.kernel}`);
      for (const alias of bed.aliases) {
        assert.equal(bed.text(temporaryName(alias)), null);
        const raw = bed.set.instance.read(alias.registration.name);
        const entry = raw && toEntry(alias.registration.name, raw);
        // In place and without a record it cannot be told from what somebody else registered.
        if (entry === null || isOurs(entry, given.desired, memory)) assertRight(bed, alias);
      }
    }),
    runs,
  );
});

test('where the kernel refuses an alias it is tried less and less often, and its handler is not concerned', () => {
  const given = plain();
  const set = stage(given);
  const register: Instance['register'] = (line) =>
    Buffer.from(line).toString('latin1').startsWith(':qemu-')
      ? { ok: false, code: 'EROFS', message: 'EROFS' }
      : set.instance.register(line);
  const full = live(given, set, { ...set.instance, register }, set.memory);
  full(0);
  assert.equal(full(2000).again, 1000);
  assert.deepEqual(full(2500).results, []);
  assert.equal(full(3000).again, 2000);
  assert.deepEqual(set.instance.names().toSorted(), targets.map((t) => `keeper-${t}`).toSorted());
});

test('auto: what is declared is read when a name is due, and what somebody declares is not registered', async () => {
  const given = plain();
  const set = stage(given);
  let found = 0;
  let claims = new Set(['qemu-aarch64']);
  const full = live(given, set, set.instance, set.memory, {
    mode: 'auto',
    readClaims: async () => claims,
    found() {
      found += 1;
    },
  });
  full(0);
  assert.deepEqual([full(2000).results.length, found], [0, 0]);
  await new Promise(setImmediate);
  assert.equal(found, 1);
  assert.equal(full(2001).results.length, 2);
  assert.equal(set.instance.read('qemu-aarch64'), null);
  assert.deepEqual(full(2002).results, []);
  // The package is gone: some minutes later, or when any of the names changed, it is asked again.
  claims = new Set();
  set.kernel.foreign.write('qemu-arm', '-1');
  full(3000);
  assert.deepEqual(full(5000).results, []);
  await new Promise(setImmediate);
  assert.equal(full(5001).results.length, 2);
});

test('a handler whose line native programs were not seen to run beside has no alias yet', () => {
  const given = plain();
  const set = stage(given);
  const tried = new Set(['arm']);
  const full = live(given, set, set.instance, set.memory, { tried: (h) => tried.has(h.key) });
  full(0);
  const { results, again } = full(2000);
  assert.deepEqual(
    results.map((r) => r.task.key),
    ['alias:arm'],
  );
  assert.ok(again !== null);
  tried.add('aarch64').add('riscv64');
  assert.equal(full(2000 + again).results.length, 2);
});

/** A kernel with a scene, and a keeper with repair and aliases. */
function testBed(given: Scene, watch?: (set: Stage) => () => void) {
  const set = stage(given);
  const instance = watch === undefined ? set.instance : guarded(set.instance, () => null, watch(set));
  const aliases = aliasesIn(given.desired);
  const full = patient(live(given, set, instance, set.memory));
  /** Keys of those whose name somebody else has. */
  const taken = new Set(
    aliases.flatMap((alias) => {
      const raw = set.instance.read(alias.registration.name);
      const entry = raw && toEntry(alias.registration.name, raw);
      return entry !== null && !isOurs(entry, given.desired, set.memory) ? [alias.key] : [];
    }),
  );
  const entry = (name: string) => set.kernel.host.user.binfmt?.entry(name) ?? null;
  return {
    set,
    aliases,
    taken,
    full,
    names: () => aliases.map((a) => a.registration.name),
    text: (name: string) => set.instance.read(name)?.text ?? null,
    show(name: string): string {
      const found = entry(name);
      return found === null ? `no ${name}` : `${found.id.ino} ${showEntry(found)}`;
    },
  };
}

/** Repair and aliases as a keeper has them. */
function live(
  { desired }: Scene,
  _: Stage,
  instance: Instance,
  memory: Stage['memory'],
  options: {
    readonly mode?: 'auto' | 'always';
    readonly readClaims?: () => Promise<ReadonlySet<string>>;
    readonly found?: () => void;
    readonly tried?: (handler: Handler) => boolean;
  } = {},
) {
  const { mode = 'always', readClaims = async () => new Set<string>() } = options;
  const { found = () => {}, tried = () => true } = options;
  const aliases = createAliases({ instance, memory, recorded() {}, tried, readClaims, found, quietMs: 2000 });
  aliases.use(desired, mode, new Set());
  const nothing = { look: () => ({ results: [], again: null }) };
  return withCustody(createRepair(instance, desired, memory), nothing, aliases, nothing).full;
}

/** Looks twice: what others declare is read in between where it is asked for. */
function patient(look: ReturnType<typeof live>) {
  return async (now: number) => {
    const first = look(now);
    for (let turn = 0; turn < 6; turn += 1) await null;
    const second = look(now);
    return { results: [...first.results, ...second.results], again: second.again };
  };
}

function failures({ results }: ReturnType<ReturnType<typeof live>>) {
  return results.flatMap((r) => r.failed ?? []);
}

function aliasesIn(desired: Desired): readonly Handler[] {
  return aliasesOf(desired, betters(desired.handlers));
}

function assertRight({ text, set }: ReturnType<typeof testBed>, alias: Handler): void {
  assert.equal(text(alias.registration.name), textOf(alias), `${set.kernel}`);
}

function textOf({ registration }: Handler): string {
  return renderEntry(registration, true);
}

function isRight({ desired }: Scene, set: Stage, file: SampleFile): boolean {
  const entry = taker(set, file);
  const header = Buffer.from(file.header, 'latin1');
  const wants = desired.handlers.filter((h) =>
    h.samples.some((sample) => header.equals(Buffer.from(sample))),
  );
  return entry !== null && wants.some((h) => runsAs(entry, h));
}

function headersOf(target: string): readonly Uint8Array[] {
  const row = architectureOf(target);
  assert.ok(row);
  return sampleHeaders(row);
}

function handlerOf(target: string, interpreter: string): Handler {
  const row = architectureOf(target);
  assert.ok(row);
  return {
    key: target,
    platforms: row.platforms,
    registration: { name: `keeper-${target}`, matcher: matcherOf(row), interpreter, flags: 'POCF' },
    interpreter: { dev: 7, ino: 70, sha256: '' },
    samples: sampleHeaders(row),
  };
}

function desiredOf(precedence: Precedence, handlers: readonly Handler[]): Desired {
  const desired: Desired = {
    ...{ handlers: inOrder(handlers), precedence, onStatusZero: 'heal', prefix: 'keeper-', store: '/store' },
    ...{ adopted: new Set(), published: new Map() },
  };
  const names = aliasesIn(desired).map((a) => a.registration.name);
  return { ...desired, published: new Map(names.map((name) => [name, 'alias'])) };
}

function plain(): Scene {
  const desired = desiredOf(
    'ours',
    targets.map((target) => handlerOf(target, '/store/1/emulator')),
  );
  return { desired, items: [], enabled: true, mistrusted: [] };
}

/** Anything under the names of handlers, of aliases and of the stand-ins of both, and an entry of somebody else. */
function anyScene(...precedences: readonly Precedence[]): fc.Arbitrary<Scene> {
  const interpreter = fc.constantFrom('/store/1/emulator', '/store/2/emulator', '/opt/emulator');
  return fc
    .tuple(
      interpreter,
      fc.constantFrom<Precedence>(
        ...(precedences.length > 0 ? precedences : (['ours', 'last', 'theirs'] as const)),
      ),
    )
    .chain(([path, precedence]) => {
      const desired = desiredOf(
        precedence,
        targets.map((target) => handlerOf(target, path)),
      );
      const wanted = [...desired.handlers, ...aliasesIn(desired)];
      const found = (registration: Registration): fc.Arbitrary<Item[]> => {
        const theirs = { ...registration, interpreter: '/foreign/emulator' };
        const matcher = { kind: 'extension', extension: 'other' } as const;
        return fc.oneof(
          fc.constant<Item[]>([]),
          fc
            .record({
              registration: fc.oneof(
                fc.constant(registration),
                interpreter.map((other) => ({ ...registration, interpreter: other })),
                fc.constant({ ...registration, flags: 'F' }),
                fc.constantFrom(theirs, { ...theirs, matcher }),
              ),
              enabled: fc.boolean(),
              recorded: fc.constantFrom('no', 'yes', 'older'),
              verdict: fc.constant(null),
            })
            .map((item): Item[] => {
              const { name, interpreter: path } = item.registration;
              // What somebody else put under a handler's own name is another matter: there is no handler then.
              if (name.startsWith('keeper-') && !path.startsWith('/store/'))
                return [{ ...item, recorded: 'yes' }];
              return [path.startsWith('/foreign') ? { ...item, recorded: 'no' } : item];
            }),
        );
      };
      const places = wanted.flatMap((h) => [
        found(h.registration),
        ...(h.key.startsWith('alias:') ? [] : [found({ ...h.registration, name: temporaryName(h) })]),
      ]);
      const foreign = fc
        .record({ target: fc.constantFrom(...targets), verdict: fc.constantFrom(null, 'works' as const) })
        .map(({ target, verdict }): Item[] => {
          const registration = {
            ...handlerOf(target, '/foreign/emulator').registration,
            name: `foreign-${target}`,
          };
          return [{ registration, enabled: true, recorded: 'no', verdict }];
        });
      return fc
        .tuple(
          fc.tuple(...places),
          fc.oneof(fc.constant<Item[]>([]), foreign),
          fc.array(fc.nat(1000), { minLength: 16, maxLength: 16 }),
        )
        .map(([own, others, shuffle]) => {
          const items = [...own.flat(), ...others];
          const order = new Map(items.map((item, at) => [item, shuffle[at] ?? 0]));
          return {
            desired,
            items: items.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)),
            enabled: true,
            mistrusted: [],
          };
        });
    });
}
