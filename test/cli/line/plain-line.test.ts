import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commands } from '../../../src/cli/line/command-table.ts';
import { optionsOf } from '../../../src/cli/line/option-list.ts';
import { readPlainLine } from '../../../src/cli/line/plain-line.ts';
import { readLine } from '../../../src/cli/line/read-line.ts';

const options = commands.flatMap((command) => optionsOf(command));
const spellings = [...new Set(options.flatMap(({ flag, short }) => (short ? [flag, short] : [flag])))];
const platforms = fc.constantFrom(
  'arm64',
  'linux/arm64',
  'arm64,riscv64',
  'ARM/v7',
  ',',
  'a,,b',
  '386',
  '1e3',
);
const values = fc.constantFrom(
  ...[
    'json',
    'table',
    'ours',
    'true',
    'false',
    '5m',
    '10',
    '007',
    '0x10',
    'off',
    '/a/b',
    'a=b',
    "'q'",
    '"q"',
  ],
  ...['127.0.0.1:80', '-1', '', ' ', 'x y', 'é', '--', 'keeper-', 'unix:/x.sock', '@a'],
);
const option = fc.oneof(
  fc
    .constantFrom(...spellings, '--no-watch', '--help', '-h', '--outputt', '--', '-o=json')
    .map((word) => [word]),
  fc.tuple(fc.constantFrom(...spellings), values).map(([word, value]) => [word, value]),
  fc.tuple(fc.constantFrom(...spellings), values).map(([word, value]) => [`${word}=${value}`]),
);
const argv = fc
  .tuple(
    fc.constantFrom(...commands.map(({ name }) => name), 'frobnicate'),
    fc.array(
      fc.oneof(
        option,
        platforms.map((word) => [word]),
        values.map((word) => [word]),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([name, rest]) => [...name.split(' '), ...rest.flat()]);

test('what is read without yargs is what yargs makes of it', async () => {
  let plain = 0;
  await fc.assert(
    fc.asyncProperty(argv, async (words) => {
      const read = readPlainLine(words);
      if (read === null) return;
      plain += 1;
      assert.deepEqual(read, await readLine(words));
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 1500) },
  );
  assert.ok(plain > 50, `only ${plain} lines were plain`);
});

test('lines as people write them are plain', () => {
  for (const line of [
    'install arm64',
    'status -o json linux/arm64',
    'install --platforms arm64,riscv64 --persist',
    'health',
  ])
    if (readPlainLine(line.split(' ')) === null) assert.fail(line);
});
