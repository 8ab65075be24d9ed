import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withProgress } from '../../../src/cli/terminal/progress.ts';

describe('progress', () => {
  it('of slow work is one line that changes and is gone at the end', async () => {
    const written: string[] = [];
    let done = 0;
    let finish = (): void => {};
    const work = new Promise<string>((resolve) => {
      finish = () => resolve('result');
    });
    const context = {
      terminal: true,
      env: {},
      err: (text: string) => {
        written.push(text);
        done += 1;
        if (done === 3) finish();
      },
    };
    assert.equal(await withProgress(context, () => `${done} of 3 verified`, work), 'result');
    assert.equal(written[0], '\r0 of 3 verified\x1b[K');
    assert.equal(written[2], '\r2 of 3 verified\x1b[K');
    assert.equal(written.at(-1), '\r\x1b[K');
    assert.ok(written.every((text) => !text.includes('\n')));
  });

  const never = (env: NodeJS.ProcessEnv, terminal: boolean) => async () => {
    const written: string[] = [];
    const late = new Promise((resolve) => setTimeout(resolve, 1300));
    await withProgress({ terminal, env, err: (text) => void written.push(text) }, () => 'x', late);
    assert.deepEqual(written, []);
  };
  it('is not written into a file or pipe', never({}, false));
  it('is not written to a terminal that cannot erase', never({ TERM: 'dumb' }, true));

  it('of quick work is not shown, and its failure comes through', async () => {
    const written: string[] = [];
    const context = { terminal: true, env: {}, err: (text: string) => void written.push(text) };
    await assert.rejects(
      withProgress(context, () => 'x', Promise.reject(new Error('no'))),
      /^Error: no$/,
    );
    assert.deepEqual(written, []);
  });
});
