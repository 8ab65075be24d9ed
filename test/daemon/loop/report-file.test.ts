import assert from 'node:assert/strict';
import { test } from 'node:test';
import { done, type Outcome } from '../../../src/core/outcome.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { createReportFile } from '../../../src/daemon/loop/report-file.ts';
import { pause, until } from '../../e2e/until.ts';
import { emptyReport } from '../../empty-report.ts';

test('a report that is slow to be written never comes to lie over a newer one', async () => {
  const disk = slowDisk();
  let total = 1;
  const file = createReportFile(
    disk,
    '/run/of-this-test',
    () => withHeals(total),
    () => {},
  );
  file.changed();
  await until('the first write', () => (disk.underWay.length > 0 ? true : null));
  total = 2;
  file.changed();
  await pause(300);
  const ended = () => disk.underWay.pop()?.();
  while (disk.underWay.length > 0) {
    ended();
    await pause(50);
  }
  assert.match(disk.text, /"total":2/);
  file.close();
});

/** A disk whose writes end when the test says so, in whatever order. */
function slowDisk() {
  const disk = {
    underWay: [] as (() => void)[],
    text: '',
    saveFile: (_dir: string, _name: string, text: string): Promise<Outcome> =>
      new Promise((resolve) => {
        disk.underWay.push(() => {
          disk.text = text;
          resolve(done);
        });
      }),
  };
  return disk;
}

function withHeals(total: number): Report {
  return emptyReport({ heals: { total, recent: [] } });
}
