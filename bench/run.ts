import { measureLatency } from './latency.ts';
import { enterNamespace, makePlace, mountMain } from './place.ts';
import { short, table } from './stats.ts';

enterNamespace();
const place = makePlace();
mountMain();
const r = await measureLatency(place, Number(process.argv[2] ?? 24), (t) => process.stderr.write(t + '\n'));
console.log(
  table([
    ['fault', 'foreign', 'n', 'median', 'p90', 'p99', 'max', 'unhealed'],
    ...r.map((x) => [
      x.fault,
      `${x.foreign}`,
      `${x.ms.n}`,
      short(x.ms.median),
      short(x.ms.p90),
      short(x.ms.p99),
      short(x.ms.max),
      `${x.unhealed}`,
    ]),
  ]),
);
