import { accessSync, constants } from 'node:fs';
import { type Case, suite } from '../e2e/suite.ts';
import { createDesk, lineOf } from './desk.ts';
import type { Way } from './row.ts';
import { table } from './table.ts';

const cases = Object.entries(table).flatMap(([code, row]) =>
  row.kind === 'typed'
    ? row.ways.map((way): [string, Case] => [`${code}: ${way.cause}: ${way.types.source}`, carryOut(way)])
    : [],
);

await suite(
  import.meta.url,
  'a remedy, typed as it was printed, makes its problem go away',
  Object.fromEntries(cases),
  'all',
);

function carryOut(way: Way): Case {
  return async (world) => {
    if (way.hangs === true && !mayHang()) return '/dev/fuse is missing or not for us';
    const desk = createDesk(world);
    const problem = await way.begin(desk);
    const line = lineOf(problem, way.types);
    if (way.next !== undefined) await desk.stay(`sh -c '${line}; exec ${way.next}'`);
    else if (/^binfmt-keeper run\b/.test(line)) await desk.stay(line);
    else {
      const { status, said } = desk.type(line);
      // In a world of its own nothing outlives what registered it.
      const fades = / install\b/.test(line) && said.includes('not-lasting');
      if (status !== 0 && !fades) throw new Error(`${line} ended with ${status}: ${said}`);
    }
    await (way.gone ?? ((at, { code, subject }) => at.gone({ code, subject })))(desk, problem);
    return undefined;
  };
}

function mayHang(): boolean {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
