import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseTargets, type TargetSources } from '../../../src/core/witness/targets.ts';
import { witnessed } from '../../../src/core/witness/witness.ts';

const nothing: TargetSources = {
  args: [],
  required: null,
  platforms: null,
  reported: null,
  provable: ['x86_64', 'aarch64', 's390x'],
};

describe('the platforms that a witness speaks of', () => {
  it('are those of the line, else of the configuration, else of the report', () => {
    const reported = ['s390x'];
    const all = { args: ['arm64'], required: ['linux/riscv64'], platforms: ['linux/arm/v7'], reported };
    const chosen = (given: Partial<TargetSources>) => {
      const found = chooseTargets({ ...nothing, ...given });
      assert.ok(found.ok);
      return [found.from, ...found.targets];
    };
    assert.deepEqual(chosen(all), ['arguments', 'aarch64']);
    assert.deepEqual(chosen({ ...all, args: [] }), ['readiness.required', 'riscv64']);
    assert.deepEqual(chosen({ ...all, args: [], required: 'auto' }), ['platforms', 'arm']);
    assert.deepEqual(chosen({ reported }), ['report', 's390x']);
    assert.deepEqual(chosen({ platforms: 'auto' }), ['platforms', 'x86_64', 'aarch64', 's390x']);
    assert.deepEqual(chosen({ args: ['arm64', 'aarch64', 'linux/arm64'] }), ['arguments', 'aarch64']);
  });

  it('are never none: that is no way to try, and no success', () => {
    for (const given of [{}, { reported: [] }, { required: [] as string[] }, { platforms: [] as string[] }]) {
      const found = chooseTargets({ ...nothing, ...given });
      assert.ok(!found.ok && !found.usage, JSON.stringify(given));
      assert.match(found.why.join(), /^no platforms are known: name them/);
    }
  });

  it('are names that are known, or a usage error for each', () => {
    const found = chooseTargets({ ...nothing, args: ['linux/amr64', 'arm64', 'wasm'] });
    assert.ok(!found.ok && found.usage);
    assert.equal(found.why.length, 2);
    assert.match(found.why[0] ?? '', /did you mean "linux\/arm64"\?$/);
  });
});

describe('what a round says', () => {
  it('is that all runs only where all was tried and ran', () => {
    const of = (...verdicts: readonly ('runs' | 'native' | 'fails' | 'unknown')[]) =>
      witnessed(verdicts.map((verdict) => ({ verdict })));
    assert.equal(of('runs', 'native'), 'runs');
    assert.equal(of('runs', 'fails', 'unknown'), 'fails');
    assert.equal(of('runs', 'unknown'), 'unknown');
    assert.equal(of(), 'unknown');
  });
});
