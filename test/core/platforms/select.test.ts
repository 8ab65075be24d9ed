import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';
import { selectArchitectures } from '../../../src/core/platforms/select.ts';

const pc = { target: 'x86_64', runsNatively: ['i386'] };

describe('selectArchitectures', () => {
  test('all leaves out the own architecture, what runs natively and unusable rows, and says why', () => {
    const { chosen, leftOut, faults } = selectArchitectures('all', pc);
    assert.deepEqual(leftOut.map((row) => row.target).sort(), ['i386', 'i486', 'microblaze', 'x86_64']);
    assert.ok(leftOut.every((row) => row.why !== ''));
    assert.equal(chosen.length + leftOut.length, catalogue.length);
    assert.deepEqual(faults, []);
  });

  test('auto takes what has an OCI name and does not run natively, and says of the others that all keeps them', () => {
    const { chosen, leftOut } = selectArchitectures('auto', pc);
    assert.equal(chosen.length, 11);
    assert.ok(chosen.every((a) => a.platforms.length > 0));
    assert.equal(chosen.length + leftOut.length, catalogue.length);
    const unnamed = leftOut.filter((row) => row.kind === 'unnamed').map((row) => row.target);
    const all = selectArchitectures('all', pc).chosen.map((a) => a.target);
    assert.deepEqual(
      unnamed,
      all.filter((target) => !chosen.some((a) => a.target === target)),
    );
  });

  test('what was added to auto or all is chosen once, and is not left out any more', () => {
    for (const request of ['auto', 'all'] as const) {
      const { chosen, leftOut, faults } = selectArchitectures(request, pc, ['hexagon', 'aarch64', 'x86_64']);
      const targets = chosen.map((a) => a.target);
      assert.equal(targets.filter((t) => t === 'hexagon' || t === 'aarch64').length, 2);
      assert.ok(!leftOut.some((row) => row.target === 'hexagon'));
      assert.ok(leftOut.some((row) => row.target === 'x86_64' && row.kind === 'native'));
      assert.deepEqual(faults, []);
    }
  });

  test('all keeps 386 on an x86_64 kernel that cannot run it, and arm on such an arm64 one', () => {
    const bare = selectArchitectures('all', { target: 'x86_64', runsNatively: [] });
    assert.ok(bare.chosen.some((a) => a.target === 'i386'));
    const apple = selectArchitectures('all', { target: 'aarch64', runsNatively: [] });
    assert.ok(apple.chosen.some((a) => a.target === 'arm'));
    assert.ok(!apple.chosen.some((a) => a.target === 'aarch64'));
  });

  test('a list keeps its order and takes each row once, however it is spelled', () => {
    const { chosen } = selectArchitectures(['riscv64', 'linux/arm64', 'aarch64', 'linux/arm64/v8'], pc);
    assert.deepEqual(
      chosen.map((a) => a.target),
      ['riscv64', 'aarch64'],
    );
  });

  test('the own architecture and what runs natively are never chosen, even when asked for by name', () => {
    const { chosen, leftOut, faults } = selectArchitectures(['amd64', 'linux/amd64', '386'], pc);
    assert.deepEqual([chosen, faults], [[], []]);
    assert.deepEqual(
      leftOut.map((row) => row.target),
      ['x86_64', 'i386'],
    );
  });

  test('an unusable row asked for by name is a fault with its reason', () => {
    const { chosen, faults } = selectArchitectures(['microblaze', 'i486'], pc);
    assert.deepEqual(chosen, []);
    assert.deepEqual(
      faults.map((fault) => fault.given),
      ['microblaze', 'i486'],
    );
    assert.match(faults[0]?.why ?? '', /byte order/);
  });

  test('a misspelt name is a fault with a suggestion, and the rest of the list is served', () => {
    const { chosen, faults } = selectArchitectures(['linux/rm64', 's390x'], pc);
    assert.deepEqual(
      chosen.map((a) => a.target),
      ['s390x'],
    );
    assert.deepEqual(
      faults.map(({ given, suggestion }) => [given, suggestion]),
      [['linux/rm64', 'linux/arm64']],
    );
  });

  test('whatever is asked, nothing native and nothing unusable is chosen', () => {
    const targets = catalogue.map((a) => a.target);
    fc.assert(
      fc.property(
        fc.constantFrom(...targets),
        fc.subarray(targets),
        fc.oneof(fc.constant('all' as const), fc.subarray(targets)),
        (target, runsNatively, request) => {
          for (const a of selectArchitectures(request, { target, runsNatively }).chosen) {
            assert.ok(a.usable && a.target !== target && !runsNatively.includes(a.target));
          }
        },
      ),
    );
  });
});
