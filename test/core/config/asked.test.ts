import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Asked,
  afterInstall,
  afterUninstall,
  nothingAsked,
  parseAsked,
  printAsked,
  selectAsked,
  uninstalledByRequest,
  withdrawn,
} from '../../../src/core/config/asked.ts';
import { type Config, parseConfig } from '../../../src/core/config/config.ts';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';

const host = { target: 'x86_64', runsNatively: ['i386'] };
const usable = catalogue
  .filter((a) => a.unusableWhy === undefined && a.target !== 'x86_64' && a.target !== 'i386')
  .map((a) => a.target);
const named = fc.uniqueArray(fc.constantFrom(...usable), { minLength: 1, maxLength: 4 });
const targets = fc.oneof(fc.constant('all' as const), named);
type Step = readonly ['install' | 'uninstall', readonly string[] | 'all'];
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(fc.constantFrom('install', 'uninstall'), fc.oneof(targets, fc.constant([]))),
  { maxLength: 8 },
);
const configured = fc.oneof(fc.constant('all' as const), named);

function run(list: readonly Step[]): Asked {
  return list.reduce<Asked>(
    (asked, [order, what]) => (order === 'install' ? afterInstall(asked, what) : afterUninstall(asked, what)),
    nothingAsked,
  );
}

function config(yaml: string): Config {
  const parsed = parseConfig({ file: { name: 'f', text: yaml }, env: {}, flags: {} });
  assert.ok(parsed.ok);
  return parsed.config;
}

function chosen(platforms: 'all' | readonly string[], asked: Asked): Set<string> {
  return new Set(
    selectAsked(config(`platforms: ${JSON.stringify(platforms)}`), asked, host).chosen.map((a) => a.target),
  );
}

test('the last word about a platform counts, whatever was said before', () => {
  fc.assert(
    fc.property(configured, steps, named, (platforms, before, list) => {
      const after = chosen(platforms, run([...before, ['install', list]]));
      assert.ok(list.every((target) => after.has(target)));
      const without = chosen(platforms, run([...before, ['uninstall', list]]));
      assert.ok(list.every((target) => !without.has(target)));
    }),
  );
});

test('nobody asked for it: nothing but what the configuration says, and nothing else is lost by asking', () => {
  fc.assert(
    fc.property(configured, steps, named, (platforms, before, list) => {
      const asked = run(before);
      const others = [...chosen(platforms, asked)].filter((target) => !list.includes(target));
      for (const order of [afterInstall, afterUninstall]) {
        const left = [...chosen(platforms, order(asked, list))].filter((target) => !list.includes(target));
        assert.deepEqual(left.toSorted(), others.toSorted());
      }
    }),
  );
});

test('what is taken back again was never asked for, whatever was said before and of others since', () => {
  const said = fc.array(fc.tuple(fc.constantFrom('install', 'uninstall'), named), { maxLength: 4 });
  fc.assert(
    fc.property(said, named, named, (list, some, vain) => {
      const before = run(list);
      const after = withdrawn(afterInstall(before, [...new Set([...some, ...vain])]), before, vain);
      const rest = some.filter((target) => !vain.includes(target));
      // No names would mean the whole configuration.
      const kept = rest.length === 0 ? before : afterInstall(before, rest);
      assert.deepEqual(new Set(after.added), new Set(kept.added));
      assert.deepEqual(new Set(after.dropped), new Set(kept.dropped));
    }),
  );
});

test('install without names brings the whole configuration back', () => {
  fc.assert(
    fc.property(named, steps, (platforms, before) => {
      const after = chosen(platforms, run([...before, ['install', []]]));
      assert.ok(platforms.every((target) => after.has(target)));
    }),
  );
});

test('what was uninstalled is named in the account, as missing where readiness waits for it', () => {
  const asked = afterUninstall(nothingAsked, ['aarch64', 'riscv64']);
  const { leftOut, missing } = selectAsked(
    config('platforms: [arm64, riscv64, s390x]\nreadiness: {required: [arm64]}'),
    asked,
    host,
  );
  assert.deepEqual(
    leftOut.filter((row) => row.why === uninstalledByRequest).map((row) => row.target),
    ['riscv64'],
  );
  assert.deepEqual(
    missing.map((row) => row.target),
    ['aarch64'],
  );
});

test('what was asked is read back on the same boot only, and damage means that nobody asked', () => {
  fc.assert(
    fc.property(steps, fc.json(), (list, json) => {
      const asked = run(list);
      assert.deepEqual(parseAsked(printAsked(asked, 'boot'), 'boot'), asked);
      assert.deepEqual(parseAsked(printAsked(asked, 'boot'), 'other boot'), nothingAsked);
      assert.deepEqual(parseAsked(json, 'boot'), nothingAsked);
    }),
  );
  assert.deepEqual(parseAsked(null, 'boot'), nothingAsked);
  const strange = '{"schema":1,"bootId":"boot","base":"all","added":["no such platform"],"dropped":[]}';
  assert.deepEqual(parseAsked(strange, 'boot'), nothingAsked);
});
