import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDisposers } from '../../../src/daemon/loop/disposers.ts';

describe('disposers', () => {
  test('all rest before anything is closed, and all is closed in reverse, whatever fails or hangs', async () => {
    const said: string[] = [];
    const open = createDisposers({ eachMs: 20, allMs: 200 });
    const add = (name: string, close: () => unknown = () => {}): void =>
      open.add(
        name,
        () => {
          said.push(`close ${name}`);
          return close();
        },
        () => void said.push(`rest ${name}`),
      );
    const wrong = new Error('wrong');
    add('first');
    add('hangs', () => new Promise(() => {}));
    add('throws', () => {
      throw wrong;
    });
    add('rejects', () => Promise.reject(wrong));
    add('last');
    const unclosed = await open.close();
    const reverse = ['last', 'rejects', 'throws', 'hangs', 'first'];
    assert.deepEqual(said, [...reverse.map((n) => `rest ${n}`), ...reverse.map((n) => `close ${n}`)]);
    assert.deepEqual(unclosed, [
      { name: 'rejects', error: wrong },
      { name: 'throws', error: wrong },
      { name: 'hangs', error: null },
    ]);
  });

  test('when the time is over what is left is closed all the same, and not waited for', async () => {
    const closed: string[] = [];
    const open = createDisposers({ eachMs: 1e9, allMs: 30 });
    for (const name of ['a', 'b', 'c'])
      open.add(name, () => {
        closed.push(name);
        return new Promise(() => {});
      });
    const unclosed = await open.close();
    assert.deepEqual(closed, ['c', 'b', 'a']);
    assert.equal(unclosed.length, 3);
  });

  test('what is opened after the end is closed at once, and its opener does not go on', async () => {
    const open = createDisposers();
    await open.close();
    const closed: string[] = [];
    assert.throws(() => open.add('late', () => closed.push('late')), /late was opened after the end/);
    assert.deepEqual(closed, ['late']);
    assert.deepEqual(await open.close(), []);
  });
});
