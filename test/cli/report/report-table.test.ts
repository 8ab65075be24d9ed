import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { frameOf, scrolledFrame } from '../../../src/cli/report/frame.ts';
import { reportParts, reportTable } from '../../../src/cli/report/report-table.ts';
import { roughly } from '../../../src/cli/report/roughly.ts';
import { keysIn } from '../../../src/cli/terminal/keys.ts';
import { plain, styleFor } from '../../../src/cli/terminal/style.ts';
import { widthOf } from '../../../src/cli/terminal/text.ts';
import { selectArchitectures } from '../../../src/core/platforms/select.ts';
import { handlerLike, moment, problemsLike, reportLike, stripped } from '../reports.ts';

const heal = {
  at: moment - 180_000,
  key: 'aarch64',
  name: 'keeper-aarch64',
  reason: 'deleted',
  why: '',
  tookMs: 0.3,
};

describe('the table for people', () => {
  const report = reportLike({
    handlers: [
      handlerLike({ heals: 3, lostAt: moment - 180_000 }),
      handlerLike({ key: 'riscv64', state: 'missing', probe: null }),
    ],
    heals: { total: 3, recent: [heal] },
  });

  it('tells heals and when something was lost last', () => {
    const [head = '', first = '', second = ''] = reportTable(report).split('\n');
    assert.match(head, /^PLATFORM +STATE +FLAGS +VERSION +OWNER +PROBE +HEALS +LOST +INTERPRETER$/);
    assert.match(first, /^linux\/aarch64 .* 3 .*\d[smhd] ago +\/var\/lib/);
    assert.match(second, /^linux\/riscv64 +missing .* - .* 0 +- +\/var/);
  });

  it('tells the proof for ordinary containers apart, where there is anything to tell', () => {
    const by = (containers: ReturnType<typeof handlerLike>['containers']) => handlerLike({ containers });
    const told = reportLike({
      handlers: [
        by({ verdict: 'verified', detail: 'by a witness: by qemu', at: moment - 5000 }),
        by({ verdict: 'may-not', detail: 'a witness: it died', at: moment - 5000 }),
        by({ verdict: 'unknown', detail: 'no witness has seen it run', at: null }),
      ],
    });
    const { head, rows } = reportParts(told, { columns: null, style: plain }, moment);
    assert.match(head, /PROBE +CONTAINERS +HEALS/);
    assert.match(rows[0] ?? '', /verified 5s ago +verified 5s ago +0/);
    assert.match(rows[1] ?? '', /verified 5s ago +may not +0/);
    assert.match(rows[2] ?? '', /verified 5s ago +unknown +0/);
  });

  it('fits 80 columns and still tells platform, state, probe, heals and loss', () => {
    const view = { columns: 80, style: plain };
    const { head, rows } = reportParts(report, view, moment);
    assert.match(head, /^PLATFORM +STATE .*PROBE +HEALS +LOST/);
    for (const line of [head, ...rows]) assert.ok(line.length <= 80, line);
    assert.match(rows[0] ?? '', /verified 5s ago +3 +3m ago/);
  });

  it('paints the words for states and nothing else of a row', () => {
    const { rows } = reportParts(report, { columns: 80, style: styleFor(true, {}) }, moment);
    assert.ok(rows[0]?.includes('  \x1b[32mok\x1b[39m  '));
    assert.ok(rows[1]?.includes('  \x1b[31mmissing\x1b[39m  '));
    assert.deepEqual(
      rows.map((row) => row.split('\x1b').length),
      [3, 3],
    );
    const bare = reportParts(report, { columns: 80, style: plain }, moment).rows;
    assert.deepEqual(rows.map(stripped), bare);
  });

  it('shows a problem as code, title, details and remedy, one remedy for many of a kind', () => {
    const many = reportLike({ problems: problemsLike(1, 30) });
    const text = reportTable(many, { columns: 80, style: plain });
    const [{ code = '', title = '', remedy = '' } = {}] = many.problems;
    assert.equal(text.split(`${code}: ${title}`).length, 2);
    assert.equal(text.split(remedy.slice(0, 20)).length, 2);
    assert.match(text, /^ {2}subject-0: one was expected, another found$/m);
    assert.match(text, /^ {2}… 24 more$/m);
    assert.doesNotMatch(reportTable(many), /… \d+ more/, 'a pipe gets all');
  });

  it('tells in one line which architectures have no emulator here, and of others why they are left out', () => {
    const lacking = ['alpha', 'hppa', 'm68k', 'sparc', 'sparc64', 'xtensa', 'xtensaeb', 'or1k', 'hexagon'];
    const leftOut = [
      { target: 'x86_64', why: "the host's own architecture", kind: 'native' as const },
      ...lacking.map((target) => ({
        target,
        why: `no static qemu-${target}: /usr/bin has none`,
        kind: 'no-emulator' as const,
      })),
    ];
    const told = (columns: number | null): readonly string[] =>
      reportParts(reportLike({ leftOut }), { columns, style: plain }, moment).notes;
    assert.deepEqual(told(null), [
      "left out x86_64: the host's own architecture",
      `9 architectures left out: no emulator for ${lacking.join(', ')}`,
    ]);
    const [, narrow = ''] = told(60);
    assert.match(narrow, /^9 architectures left out: no emulator for alpha, hppa, .*…$/);
    assert.ok(narrow.length <= 60);
    const one = reportLike({ leftOut: leftOut.slice(0, 2) });
    assert.deepEqual(reportParts(one, { columns: null, style: plain }, moment).notes, [
      "left out x86_64: the host's own architecture",
      'left out alpha: no static qemu-alpha: /usr/bin has none',
    ]);
  });

  it('sums up in one line what auto leaves out, and names the few that somebody asked about', () => {
    const { leftOut } = selectArchitectures('auto', { target: 'x86_64', runsNatively: ['i386'] });
    const told = (rows: typeof leftOut): readonly string[] =>
      reportParts(reportLike({ leftOut: rows }), { columns: null, style: plain }, moment).notes;
    const unnamed = leftOut.filter((row) => row.kind === 'unnamed');
    assert.deepEqual(told(leftOut), [
      `left out: x86_64, i386 (native), ${unnamed.length} architectures without an OCI name (--platforms all keeps them)`,
    ]);
    assert.deepEqual(told(unnamed.slice(0, 1)), [
      `left out: ${unnamed[0]?.target} (no OCI name; --platforms all keeps it)`,
    ]);
  });

  it('says of a pause how long it lasts', () => {
    const paused = { since: moment, until: moment + 90_000 };
    const { summary } = reportParts(reportLike({ paused }), { columns: 80, style: plain }, moment);
    assert.match(summary, /paused for another 1m30s/);
  });

  it('hides what an entry of somebody else could do to a terminal', () => {
    const evil = handlerLike({ name: 'x\x1b[2J', why: 'a\x9b1mb', interpreter: '/opt/\x1b]0;x\x07' });
    const text = reportTable(reportLike({ handlers: [evil] }), { columns: 80, style: plain });
    assert.doesNotMatch(text, /(?!\n)\p{Cc}/u);
  });
});

describe('a picture of it', () => {
  it('is never larger than the window, and counts what it leaves out', () => {
    const sizes = fc.record({
      handlers: fc.nat(40),
      kinds: fc.nat(6),
      each: fc.integer({ min: 1, max: 9 }),
      rows: fc.integer({ min: 1, max: 60 }),
      columns: fc.integer({ min: 30, max: 160 }),
    });
    fc.assert(
      fc.property(sizes, ({ handlers, kinds, each, rows, columns }) => {
        const list = Array.from({ length: handlers }, (_, i) => handlerLike({ key: `arch${i}` }));
        const report = reportLike({ handlers: list, problems: problemsLike(kinds, each) });
        const frame = frameOf(report, { columns, rows, style: plain }, moment);
        assert.ok(frame.length <= rows);
        const shown = frame.filter((line) => line.startsWith('linux/arch')).length;
        const summary = frame.find((line) => /ready$/.test(line));
        if (rows >= 8 && shown < handlers)
          assert.ok(frame.some((line) => /^… \d+ more handlers$/.test(line)));
        if (rows >= 5) assert.ok(summary !== undefined && widthOf(summary) <= columns);
        for (const line of frame.slice(0, 1)) assert.ok(widthOf(line) <= columns);
      }),
    );
  });

  it('that does not fit scrolls through everything, from the first line to the last', () => {
    const list = Array.from({ length: 30 }, (_, i) => handlerLike({ key: `arch${i}` }));
    const report = reportLike({ handlers: list, problems: problemsLike(3, 2) });
    const view = { columns: 120, rows: 20, style: plain };
    const parts = reportParts(report, view, moment);
    const whole = [...parts.rows, ...parts.notes, ...parts.problems.flatMap((block) => ['', ...block])];
    const { lines: first, page } = scrolledFrame(report, view, 0, moment);
    assert.match(first[0] ?? '', /↑↓ scroll {3}q quits$/);
    const seen = new Set(first);
    let from = 1;
    for (; ; from += page) {
      const frame = scrolledFrame(report, view, from, moment);
      for (const line of frame.lines) seen.add(line);
      assert.equal(frame.lines.at(-1), parts.summary);
      if (frame.from < from) break;
    }
    assert.deepEqual(
      whole.filter((line) => !seen.has(line)),
      [],
    );
    const end = scrolledFrame(report, view, Number.MAX_SAFE_INTEGER, moment);
    assert.match(end.lines[0] ?? '', new RegExp(`${whole.length - 14}-${whole.length} of ${whole.length}`));
    assert.equal(scrolledFrame(reportLike(), view, 7, moment).from, 0, 'what fits does not scroll');
  });

  it('is steered by the keys of terminals', () => {
    assert.deepEqual(keysIn('\x1b[A\x1bOB\x1b[5~ \x1b[Gx\x1b[1;5Aq'), [
      'up',
      'down',
      'page-up',
      'page-down',
      'quit',
    ]);
    assert.deepEqual(keysIn('gG\x1b[H\x1b[F\x03\x04'), ['top', 'bottom', 'top', 'bottom', 'quit', 'quit']);
    assert.deepEqual(keysIn('\x1b'), []);
  });

  it('that fits is whole', () => {
    const frame = frameOf(reportLike(), { columns: 80, rows: 24, style: plain }, moment);
    assert.equal(frame.length, 6);
    assert.match(
      frame[0] ?? '',
      /^binfmt-keeper 0\.1\.0 {3}daemon 4711 for 60m {3}\d\d:\d\d:\d\d {3}q quits$/,
    );
  });
});

describe('an age', () => {
  it('is told in one unit', () => {
    const ages = [0, 119_000, 121_000, 7_100_000, 7_300_000, 172_700_000, 172_900_000].map(roughly);
    assert.deepEqual(ages, ['0s', '119s', '2m', '118m', '2h', '48h', '2d']);
  });
});

describe('a look without a daemon', () => {
  const entry = {
    ...{ name: 'qemu-arm', platforms: ['linux/arm'], serves: ['linux/arm'], matches: '7f at 0' },
    ...{ interpreter: '/usr/bin/qemu-arm', flags: 'OCF', enabled: true, version: '10.2.1' },
    owner: { kind: 'tonistiigi' as const, evidence: 'line' as const, detail: '' },
    ...{ state: 'ok' as const, wrong: [], probe: null },
  };
  const report = reportLike({
    daemon: null,
    handlers: [
      handlerLike({ key: 'arm', state: 'foreign-ok', owner: 'foreign', entry: 'qemu-arm' }),
      handlerLike({ key: 's390x', state: 'missing', owner: 'none', entry: null, probe: null }),
      handlerLike({ key: 'mips', state: 'missing', owner: 'none', entry: null, probe: null }),
    ],
    problems: [
      { code: 'not-registered', subject: 's390x', detail: 'x would run its files' },
      { code: 'not-registered', subject: 'mips', detail: 'x would run its files' },
    ],
    entries: [
      entry,
      {
        ...{
          ...entry,
          name: 'jar',
          platforms: [],
          serves: [],
          matches: '.jar',
          interpreter: '/usr/bin/jexec',
        },
        state: 'broken' as const,
        wrong: [{ code: 'kept-without-interpreter', subject: 'jar', detail: '/usr/bin/jexec is gone' }],
      },
    ],
  });
  const text = reportTable(report);

  it('tells whose entry serves, and what is not registered in one line with its remedy', () => {
    assert.match(text, /^linux\/arm +foreign-ok .* tonistiigi\/binfmt /m);
    assert.doesNotMatch(text, /^linux\/(s390x|mips) /m);
    assert.match(text, /^not registered: linux\/s390x, linux\/mips → .*binfmt-keeper install s390x,mips/m);
    assert.doesNotMatch(text, /HEALS|notice not-registered/);
  });

  it('has a second table of what else is registered, and what is wrong with it', () => {
    assert.match(text, /^OTHER ENTRY +STATE +MATCHES/m);
    assert.match(text, /^jar +broken +\.jar .* kept-without-interpreter +\/usr\/bin\/jexec$/m);
    assert.match(text, /^jar: kept-without-interpreter: \/usr\/bin\/jexec is gone$/m);
    assert.doesNotMatch(text, /^qemu-arm /m);
  });
});
