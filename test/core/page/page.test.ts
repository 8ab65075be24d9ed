import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { renderLive } from '../../../src/core/page/live.ts';
import { renderPage } from '../../../src/core/page/page.ts';
import { pagePolicy } from '../../../src/core/page/policy.ts';
import { pageScript } from '../../../src/core/page/script.ts';
import { pageStyle } from '../../../src/core/page/style.ts';
import { absolute, relative } from '../../../src/core/page/time.ts';
import { verdictOf } from '../../../src/core/page/verdict.ts';
import type { HandlerReport, HealReport, Report } from '../../../src/core/report/report.ts';
import { lasted } from '../../../src/core/text/duration.ts';
import { visible } from '../../../src/core/text/visible.ts';
import { byteString } from '../../arbitraries.ts';
import { hostileNames, scenes } from '../../browser/scenes.ts';
import { handlerLike, moment, reportLike } from '../../cli/reports.ts';
import { type Parsed, parse } from './markup.ts';

const fragments = [
  '<script>',
  '</td>',
  '<!--',
  '"',
  "'",
  '>',
  '&',
  '&lt;',
  'x',
  '\u202e',
  '__proto__',
  'constructor',
];
const text = fc.oneof(
  byteString({ minLength: 1, maxLength: 30 }),
  fc.array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
);
const state = fc.constantFrom<HandlerReport['state']>(
  'ok',
  'missing',
  'stale',
  'shadowed',
  'unverified',
  'foreign-ok',
);

/** Reports whose every text is one of ten: `write` makes the text from its number. */
const drawn = fc
  .record({
    texts: fc.uniqueArray(text, { minLength: 10, maxLength: 10 }),
    handlers: fc.array(
      fc.record({
        t: fc.array(fc.nat(9), { minLength: 8, maxLength: 8 }),
        state,
        platforms: fc.nat(2),
        probed: fc.boolean(),
      }),
      { maxLength: 6 },
    ),
    problems: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 8 }),
    heals: fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(4000)), { maxLength: 20 }),
    leftOut: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 5 }),
  })
  .map(
    ({ texts, handlers, problems, heals, leftOut }) =>
      (write: (text: string, i: number) => string): Report => {
        const at = (i: number | undefined): string => write(texts[i ?? 0] ?? '', i ?? 0);
        return reportLike({
          version: at(0),
          handlers: handlers.map(({ t, state, platforms, probed }, i) =>
            handlerLike({
              // No text is equal to it, as words would not be.
              key: `key ${i} ${at(t[0])}`,
              name: at(t[1]),
              platforms: t.slice(2, 2 + platforms).map(at),
              state,
              why: at(t[4]),
              flags: at(t[5]),
              interpreter: at(t[6]),
              version: at(t[7]),
              probe: probed ? { verdict: 'killed', detail: at(t[3]), at: moment, tookMs: 1 } : null,
            }),
          ),
          problems: problems.map(([a, b]) => ({ code: 'name-taken', subject: at(a), detail: at(b) })),
          heals: {
            total: heals.length,
            recent: heals.map(
              ([a, b, ms]): HealReport => ({
                at: moment + ms,
                key: at(a),
                name: at(a),
                reason: at(b),
                why: at(a),
                tookMs: 1,
              }),
            ),
          },
          leftOut: leftOut.map(([a, b]) => ({ target: at(a), why: at(b), kind: 'unnamed' })),
          mounts: { main: at(1), anchor: at(2) },
          emulated: [{ platform: at(3), count: 2 }],
        });
      },
  );

describe('text of anybody', () => {
  test('never becomes markup: elements and attributes are those of a report whose texts are plain words', () => {
    fc.assert(
      fc.property(drawn, (make) => {
        const hostile = parse(renderLive(make((t) => t)));
        const known: string[] = []; // equal texts stay equal: what is the same is told once
        const tame = parse(
          renderLive(make((t) => `word${known.includes(t) ? known.indexOf(t) : known.push(t) - 1}`)),
        );
        const shapeOf = ({ shape }: Parsed): readonly string[] => shape.filter((s) => s !== '<wbr>'); // one after each slash
        assert.deepEqual(shapeOf(hostile), shapeOf(tame));
      }),
    );
  });

  test('holds no line break, control or change of direction in what is sent', () => {
    fc.assert(
      fc.property(drawn, (make) =>
        assert.doesNotMatch(renderLive(make((t) => t)), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u),
      ),
    );
  });

  test('is shown as it is, UTF-8 as characters, what would be obeyed as its number', () => {
    const { text } = parse(
      renderLive(reportLike({ handlers: hostileNames.map((name) => handlerLike({ key: name, why: name })) })),
    );
    for (const name of hostileNames) assert.ok(text.includes(visible(name)), name);
    assert.ok(text.includes('\u05e9\u05dc\u05d5\u05dd'));
    assert.ok(text.includes('\\u{202e}gnp.exe'));
  });
});

for (const [name, scene] of Object.entries(scenes))
  test(`the page of the scene "${name}" holds every fact of its report`, () => {
    const report = scene();
    const { text, attributes } = parse(renderPage(report));
    const facts = [
      report.version,
      report.summary,
      ...report.handlers.flatMap((h) => [
        ...h.platforms,
        h.name,
        h.state,
        h.why,
        h.flags,
        h.interpreter,
        h.version ?? '',
        h.owner,
      ]),
      ...report.handlers.flatMap(({ probe: p }) =>
        p === null ? [] : [p.verdict, lasted(p.tookMs), ...(p.verdict === 'verified' ? [] : [p.detail])],
      ),
      ...report.handlers.map((h) => (h.heals === 0 ? '' : `${h.heals} heal`)),
      ...report.problems.flatMap((p) => [p.code, p.title, p.severity, p.subject, p.detail, p.remedy]),
      ...report.leftOut.flatMap((l) => [l.target, l.why]),
      ...report.heals.recent.flatMap((h) => [h.reason, h.why]),
      ...(report.emulated ?? []).flatMap((e) => [e.platform, String(e.count)]),
      ...(report.daemon === null ? [] : [`pid ${report.daemon.pid}`]),
    ];
    for (const fact of facts) assert.ok(text.includes(visible(fact)), fact);
    const times = attributes.filter(([key]) => key === 'datetime').map(([, value]) => Date.parse(value));
    const moments = [
      report.at,
      report.daemon?.since,
      ...report.handlers.flatMap((h) => [h.probe?.at, h.lostAt]),
      report.paused?.since,
      report.paused?.until,
    ];
    for (const at of moments) if (at !== null && at !== undefined) assert.ok(times.includes(at), String(at));
  });

test('the policy allows this style and this script, and nothing else of any kind', () => {
  const digest = (of: string): string => `'sha256-${createHash('sha256').update(of).digest('base64')}'`;
  const rules = new Map(
    pagePolicy.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1).join(' ')]),
  );
  assert.equal(rules.get('default-src'), "'none'");
  assert.equal(rules.get('style-src'), digest(pageStyle));
  assert.equal(rules.get('script-src'), digest(pageScript));
  assert.equal(rules.get('connect-src'), "'self'");
  assert.equal(rules.get('frame-ancestors'), "'none'");
  assert.doesNotMatch(pagePolicy, /unsafe|\*|https?:/);
});

test('the page needs nothing from anywhere, and no element has a style or a handler of its own', () => {
  const { attributes, shape } = parse(renderPage(reportLike()));
  for (const [key, value] of attributes) {
    assert.doesNotMatch(key, /^(style|on.*|src|srcset|action)$/);
    if (key === 'href') assert.match(value, /^(#|data:image\/svg\+xml,|status$|metrics$|readyz\?verbose$)/);
  }
  assert.equal(shape.filter((s) => s.startsWith('<script')).length, 1);
  assert.equal(shape.filter((s) => s.startsWith('<style')).length, 1);
});

test('identifiers occur once, and every link inside the page leads somewhere', () => {
  for (const scene of Object.values(scenes)) {
    const { attributes } = parse(renderPage(scene()));
    const ids = attributes.filter(([key]) => key === 'id').map(([, value]) => value);
    assert.equal(new Set(ids).size, ids.length);
    for (const [key, value] of attributes) {
      if (key === 'href' && value.startsWith('#')) assert.ok(ids.includes(value.slice(1)), value);
      if (key === 'aria-labelledby') assert.ok(ids.includes(value), value);
    }
  }
});

test('the verdict: well only where all is proven, healing goes on and nothing is wrong', () => {
  const lost = handlerLike({ state: 'missing', probe: null });
  const said = (given: Parameters<typeof reportLike>[0]): string => verdictOf(reportLike(given)).word;
  assert.equal(said({}), 'All well');
  assert.equal(said({ problems: [{ code: 'older-foreign', subject: 'x', detail: '' }] }), 'All well');
  assert.equal(
    said({ problems: [{ code: 'main-covered', subject: 'x', detail: '' }] }),
    'Works, needs attention',
  );
  assert.equal(said({ paused: { since: 0, until: null } }), 'Paused');
  assert.equal(said({ handlers: [lost] }), 'Not ready');
  assert.equal(said({ handlers: [lost], paused: { since: 0, until: null } }), 'Not ready');
  assert.equal(said({ problems: [{ code: 'status-zero', subject: 'status', detail: '' }] }), 'Not ready');
  assert.equal(said({ problems: [{ code: 'locked-by-another', subject: 'x', detail: '' }] }), 'Standing by');
  assert.equal(said({ handlers: [handlerLike({ state: 'unverified', probe: null })] }), 'Checking');
  assert.equal(
    said({ handlers: [handlerLike({ required: false, state: 'missing', probe: null })] }),
    'All well',
  );
  assert.equal(said({ handlers: [] }), 'Nothing to keep');
});

test('what was lost at one blow is one line, what was lost later another', () => {
  const heal = (key: string, at: number): HealReport => ({
    at,
    key,
    name: key,
    reason: 'missing',
    why: 'no entry',
    tookMs: 0.3,
  });
  const recent = [heal('a', moment - 9000), heal('b', moment - 8999.5), heal('c', moment - 3000)];
  const { shape } = parse(renderLive(reportLike({ heals: { total: 3, recent } })));
  assert.equal(shape.filter((s) => s === '<li id>').length, 2);
});

test('a loss is told in the words of the log, and what served meanwhile did not come back', () => {
  const told = (reason: string): string => {
    const heal = { key: 'aarch64', name: 'keeper-aarch64', at: moment, reason, why: '', tookMs: 0.4 };
    const { text } = parse(renderLive(reportLike({ heals: { total: 1, recent: [heal] } })));
    return text.replaceAll(/\s+/g, ' ');
  };
  assert.match(told('missing'), /was removed missing ?back after 0\.4 ms/);
  assert.match(told('status-zero'), /all entries were switched off status-zero ?back after 0\.4 ms/);
  for (const reason of ['stale', 'order'])
    assert.match(told(reason), new RegExp(`${reason} ?served all the time`));
});

test('losses that an earlier keeper saw are counted with those of this one, and what is not kept any more', () => {
  const at = [moment - 7_200_000, moment - 7_000_000, moment - 1000];
  const recent = at.map(
    (t): HealReport => ({
      at: t,
      key: 'a',
      name: 'a',
      reason: 'missing',
      why: 'no entry',
      tookMs: 0.3,
    }),
  );
  const said = (total: number): string => renderLive(reportLike({ heals: { total, recent } }));
  assert.match(said(1), /Losses and heals <span class="count">3<\/span>/);
  assert.doesNotMatch(said(1), /not kept/);
  assert.match(said(5), /Losses and heals <span class="count">7<\/span>.*4 older ones are not kept/);
});

test('times in words', () => {
  assert.deepEqual([0, 4600, 119_000, 121_000, 7_300_000, 200_000_000, -300_000].map(relative), [
    '0 s ago',
    '5 s ago',
    '119 s ago',
    '2 min ago',
    '2 h ago',
    '2 d ago',
    'in 5 min',
  ]);
  assert.deepEqual([0, 0.2789, 12.4, 1500, 61_000, 180_000, 7_260_000].map(lasted), [
    '0 ms',
    '0.28 ms',
    '12 ms',
    '1.5 s',
    '61 s',
    '3 min 0 s',
    '2 h 1 min',
  ]);
  assert.equal(absolute(moment - 5000, moment), '03:04:00 UTC');
  assert.equal(absolute(moment - 86_400_000, moment), '2026-01-01 03:04:05 UTC');
});

test('a moment that no calendar knows stops nothing', () => {
  const report = reportLike({
    handlers: [handlerLike({ lostAt: Number.NaN })],
    paused: { since: 9e15, until: null },
  });
  assert.match(renderLive(report), /at an unknown time/);
});
