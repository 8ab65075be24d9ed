import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isOlder } from '../../../src/core/platforms/qemu-version.ts';

it('compares versions by number, not by letter', () => {
  assert.equal(isOlder('7.2.22', '10.0.0'), true);
  assert.equal(isOlder('10.0.0', '9.2.4'), false);
  assert.equal(isOlder('7.2', '7.2.1'), true);
});

it('does not call equal versions older, whatever a packager appended', () => {
  assert.equal(isOlder('7.2.0', '7.2'), false);
  assert.equal(isOlder('10.1.0-rc2', '10.1.0'), false);
});
