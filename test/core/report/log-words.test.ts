import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { healedWords, mountWords, readyWords, verifiedWords } from '../../../src/core/report/log-words.ts';
import { typed } from '../../../src/core/text/typed.ts';
import { handlerLike, reportLike } from '../../cli/reports.ts';

describe('a sentence of the log', () => {
  it('tells a proof in rounded figures', () => {
    assert.equal(
      verifiedWords('linux/arm64', 13.678822999999966, '7.2.22'),
      'linux/arm64 verified in 14 ms (QEMU 7.2.22)',
    );
    assert.equal(verifiedWords('jar', 2.04, null), 'jar verified in 2 ms');
  });

  it('tells heals of one, of some and of all', () => {
    const healed = (called: readonly string[], more: object = {}): string =>
      healedWords({ reason: 'missing', called, count: called.length, goneMs: 0.8871, wanted: 5, ...more });
    assert.equal(
      healed(['a', 'b', 'c', 'd', 'e']),
      'all 5 handlers were removed at once and came back in 0.89 ms',
    );
    assert.equal(healed(['a']), 'a was removed and came back in 0.89 ms');
    assert.equal(healed(['a'], { wanted: 1 }), 'a was removed and came back in 0.89 ms');
    assert.equal(healed(['a', 'b']), 'a and b were removed and came back in 0.89 ms');
    assert.equal(
      healed(['a', 'b', 'c', 'd', 'e'], { wanted: 9 }),
      'a, b, c and 2 more were removed and came back in 0.89 ms',
    );
    assert.equal(healed(['a'], { count: 3 }), 'a was removed 3 times and came back in 0.89 ms');
    assert.equal(healed(['a'], { reason: 'stale' }), 'a held an older interpreter and got the new one');
    assert.match(
      healed(['status'], { reason: 'status-zero' }),
      /^all entries were switched off .* after 0\.89 ms$/,
    );
  });

  it('ends a start with the state, the figures, the page and what to type', () => {
    const page = { at: 'http://127.0.0.1:8676/', page: true };
    assert.equal(
      readyWords(reportLike(), page, 'node dist/main.mjs status'),
      'ready: 1 of 1 handler verified; page: http://127.0.0.1:8676/; next: node dist/main.mjs status',
    );
    const broken = reportLike({
      handlers: [handlerLike(), handlerLike({ key: 'riscv64', state: 'missing', probe: null })],
    });
    assert.equal(
      readyWords(broken, null, 'binfmt-keeper status'),
      'not ready: 1 of 2 handlers verified, not working: linux/riscv64; next: binfmt-keeper status',
    );
  });

  it('tells of mounts that were made, that came back and that became writable', () => {
    const of = (done: 'mounted' | 'writable', goneMs: number | null): string =>
      mountWords({ what: 'main', path: '/m', done, goneMs });
    assert.equal(of('mounted', null), 'mounted binfmt_misc as the main mount at /m');
    assert.equal(of('mounted', 3002.7), 'the main mount was gone and is mounted again after 3 s (/m)');
    assert.equal(of('writable', null), 'the main mount was read-only and is writable again (/m)');
  });
});

describe('a text of the tables', () => {
  it('has the command as it is typed where it is read, and of the host only what is true there', () => {
    const text = 'See: {keeper} status.[host:  Under systemd: journalctl.] Then {restart}.';
    assert.equal(
      typed(text),
      'See: binfmt-keeper status. Under systemd: journalctl. Then systemctl restart binfmt-keeper.',
    );
    const here = { command: 'node $&/main.mjs', sandbox: true };
    assert.equal(typed(text, here), 'See: node $&/main.mjs status. Then stop it and start it again.');
  });
});
