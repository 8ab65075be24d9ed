import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { styleFor } from '../../../src/cli/terminal/style.ts';

const painted = (terminal: boolean, env: Readonly<Record<string, string>>): boolean =>
  styleFor(terminal, env).good('ok') !== 'ok';

describe('colours', () => {
  it('are for terminals', () => {
    assert.equal(painted(true, {}), true);
    assert.equal(painted(false, {}), false);
  });

  it('are left out where the environment does not want them', () => {
    assert.equal(painted(true, { NO_COLOR: '1' }), false);
    assert.equal(painted(true, { NO_COLOR: '' }), true, 'an empty variable counts as unset (no-color.org)');
    assert.equal(painted(true, { TERM: 'dumb' }), false);
    assert.equal(painted(true, { FORCE_COLOR: '0' }), false);
  });

  it('are forced where the environment says so, over all else', () => {
    assert.equal(painted(false, { FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }), true);
    assert.equal(painted(false, { FORCE_COLOR: '' }), true);
  });

  it('differ from each other and end where the text does', () => {
    const { good, middling, bad } = styleFor(true, {});
    assert.deepEqual(
      [good('x'), middling('x'), bad('x')],
      ['\x1b[32mx\x1b[39m', '\x1b[33mx\x1b[39m', '\x1b[31mx\x1b[39m'],
    );
  });
});
