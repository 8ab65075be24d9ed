import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { hides, matchesHeader, overlaps } from '../../../src/core/kernel/match.ts';
import { type Matcher, renderLine } from '../../../src/core/kernel/registration.ts';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';

const child = fileURLToPath(new URL('search-order.child.ts', import.meta.url));

/** Two bits of two bytes, and an extension: all that the matchers below can ask for. */
const bytes = [0xa0, 0xa1, 0xa2, 0xa3];
/** The last has none of the other bits. */
const contents = [...bytes, 0x5f];
const files = contents.flatMap((a) =>
  contents.flatMap((b) =>
    ['', '.x'].map((extension) => ({
      name: `${a}-${b}${extension}`,
      bytes: Buffer.of(a, b).toString('hex'),
    })),
  ),
);
const magic = fc
  .record({
    offset: fc.nat(1),
    pairs: fc.array(fc.tuple(fc.constantFrom(...bytes), fc.constantFrom(0xff, 0xfe, 0xfd, 0xfc)), {
      minLength: 1,
      maxLength: 2,
    }),
  })
  .map(({ offset, pairs }): Matcher => {
    const kept = pairs.slice(0, 2 - offset);
    const part = (at: 0 | 1): Uint8Array => Uint8Array.from(kept, (pair) => pair[at]);
    return { kind: 'magic', offset, magic: part(0), mask: part(1) };
  });
const matcher = fc.oneof(
  { weight: 5, arbitrary: magic },
  {
    weight: 1,
    arbitrary: fc.constantFrom('x', 'y').map((extension): Matcher => ({ kind: 'extension', extension })),
  },
);

test('the kernel runs by the entry in front what both take, and never by one that is called hidden', (t) => {
  if (!requireKernel(t)) return;
  const [x, y] = ['x', 'y'].map((extension): Matcher => ({ kind: 'extension', extension })) as [
    Matcher,
    Matcher,
  ];
  const sampled = fc.sample(fc.tuple(matcher, matcher), { numRuns: 60, seed: 14 });
  const pairs = [...sampled, [x, x] as const, [x, y] as const];
  const ran = run(pairs);
  const kinds = new Set<string>();
  for (const [at, [front, behind]] of pairs.entries()) {
    const by = ran[at] ?? [];
    const about = JSON.stringify([front, behind]);
    const [first, second] = [front, behind].map((one) => files.map((file) => takes(one, file)));
    assert.deepEqual(
      by,
      files.map((_, file) => (first?.[file] ? 'front' : second?.[file] ? 'behind' : '')),
      about,
    );
    const isAsked = second?.includes(true) ?? false;
    if (hides(front, behind)) assert.ok(!by.includes('behind'), about);
    // An extension that no file here has is hidden by nothing and runs nothing.
    else if (isAsked) assert.ok(by.includes('behind'), about);
    const both = files.some((_, file) => first?.[file] && second?.[file]);
    if (isAsked && first?.includes(true)) assert.equal(overlaps(front, behind), both, about);
    kinds.add(`${overlaps(front, behind)} ${hides(front, behind)} ${front.kind} ${behind.kind}`);
  }
  assert.ok(kinds.size >= 6, [...kinds].join());
});

function takes(one: Matcher, { name, bytes: hex }: (typeof files)[number]): boolean {
  return matchesHeader(one, Uint8Array.from(Buffer.from(hex, 'hex')), `/mnt/f/${name}`);
}

function run(pairs: readonly (readonly [Matcher, Matcher])[]): readonly (readonly string[])[] {
  const line = (name: string, one: Matcher): string =>
    Buffer.from(renderLine({ name, matcher: one, interpreter: `/mnt/${name}`, flags: '' })).toString(
      'base64',
    );
  const lines = pairs.map(([front, behind]) => [line('front', front), line('behind', behind)]);
  const [command, args] = inPrivateInstance(process.execPath, '--no-warnings', child);
  const input = JSON.stringify({ pairs: lines, files });
  const { stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}
