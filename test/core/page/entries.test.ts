import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EntryReport } from '../../../src/core/entries/entry-report.ts';
import { renderPage } from '../../../src/core/page/page.ts';
import { reportLike } from '../../cli/reports.ts';

function entryLike(given: Partial<EntryReport> = {}): EntryReport {
  return {
    ...{ name: 'jar', platforms: [], serves: [], matches: '.jar', interpreter: '/usr/bin/jexec', flags: '' },
    owner: { kind: 'binfmt-support', evidence: 'declaration', detail: 'declared by /usr/share/binfmts/jar' },
    ...{ enabled: true, version: null, state: 'unverified', wrong: [], probe: null },
    ...given,
  };
}

test('entries of others are a second table, with their owners and what is wrong', () => {
  const wrong = [{ code: 'kept-without-interpreter' as const, subject: 'jar', detail: '<gone>' }];
  const ours = { kind: 'ours' as const, evidence: 'record' as const, detail: '' };
  const page = renderPage(
    reportLike({
      entries: [entryLike({ state: 'broken', wrong }), entryLike({ name: 'keeper-aarch64', owner: ours })],
    }),
  );
  const [, section = ''] = page.split('<section id="entries"');
  const [table = ''] = section.split('</section>');
  assert.match(table, /Other entries <span class="count">1</);
  assert.match(table, /binfmt-support<small>declared by/);
  assert.match(table, /kept-without-interpreter<small>&lt;gone&gt;<\/small>/);
  assert.ok(!table.includes('keeper-aarch64'));
});

test('there is none where nobody else registered anything, and a bounded number of rows', () => {
  assert.ok(!renderPage(reportLike()).includes('id="entries"'));
  const many = Array.from({ length: 100 }, (_, at) => entryLike({ name: `x${at}` }));
  const page = renderPage(reportLike({ entries: many }));
  assert.equal(page.split('<tr id="e-').length - 1, 60);
  assert.match(page, /40 more: see/);
});

test('a platform that others serve is told with its owner', () => {
  const report = reportLike();
  const [handler] = report.handlers;
  assert.ok(handler);
  const name = 'qemu-aarch64';
  const owner = { kind: 'tonistiigi' as const, evidence: 'line' as const, detail: '' };
  const foreign = { ...handler, state: 'foreign-ok' as const, owner: 'foreign' as const, entry: name };
  const page = renderPage({ ...report, handlers: [foreign], entries: [entryLike({ name, owner })] });
  assert.match(page, /data-label="Owner"><div>tonistiigi\/binfmt</);
  assert.ok(!page.includes('id="entries"'));
});
