import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { judge } from './budgets.ts';
import { measureBesideNode } from './measure/beside-node.ts';
import { measureDense } from './measure/dense.ts';
import { compareSystems, measureLoss, measureShellKeeper } from './measure/exec-loss.ts';
import { measureFlush } from './measure/flush.ts';
import { measureHttp } from './measure/http.ts';
import { measureLatency } from './measure/latency.ts';
import { measureLogged } from './measure/logged.ts';
import { measureOthers } from './measure/others.ts';
import { measurePasses } from './measure/passes.ts';
import { measurePeers } from './measure/peers.ts';
import { measureRest } from './measure/rest.ts';
import { measureStandstill } from './measure/standstill.ts';
import { measureStart } from './measure/start.ts';
import { measureStorms } from './measure/storms.ts';
import type { Results } from './results.ts';
import { enterNamespace, makePlace, mountMain } from './setting/place.ts';
import { tables } from './tables.ts';

/**
 * `npm run bench [-- --faults N | --quick N] [--only PART,…]`: everything that DESIGN sets a budget for, in a private instance of
 * a private namespace. Prints tables, and writes all figures to bench/results/latest.json.
 */
const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '500' },
    quick: { type: 'string' },
    only: { type: 'string' },
  },
});
enterNamespace();
const quick = values.quick !== undefined;
const faults = Number(values.quick ?? values.faults);
const only = values.only?.split(',');
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const place = await makePlace();
mountMain();
const part = async <T>(name: string, work: () => T | Promise<T>): Promise<T | null> => {
  if (only !== undefined && !only.includes(name)) return null;
  say(`bench: ${name}`);
  const result = await work();
  mountMain();
  write(`part-${name}`, { result });
  return result;
};

const results = {
  conditions: {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    flags: place.flags.join(' '),
    kernel: release(),
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 1e9),
    loadBefore: load(),
    faults,
  },
  start: await part('start', () => measureStart(place, quick ? 3 : 20)),
  besideNode: await part('beside-node', () => measureBesideNode(place, quick ? 5 : 20)),
  rest: await part('rest', () => measureRest(place, quick ? 5 : 20)),
  passes: await part('passes', () => measurePasses(place, quick ? 30 : 200)),
  latency: await part('latency', () => measureLatency(place, faults, say)),
  logged: await part('logged', () => measureLogged(place, quick ? 24 : faults)),
  http: await part('http', () => measureHttp(place, quick ? 24 : 240, say)),
  flush: await part('flush', () => measureFlush(place, quick ? 12 : 96)),
  dense: await part('dense', () => measureDense(place, quick ? 20 : 100)),
  storms: await part('storms', () => measureStorms(place, quick ? 12 : 96, say)),
  loss: await part('loss', () => measureLoss(place, quick ? 3 : 20)),
  others: await part('others', () => measureOthers(place, quick ? 20 : 200)),
  standstill: await part('standstill', () => measureStandstill(place, quick ? 1 : 4)),
  compared: await part('compared', () => compareSystems(place)),
  peers: await part('peers', () => measurePeers(place, quick ? 3 : 20)),
  shellKeeper: await part('compared', () => measureShellKeeper(place, quick ? 5 : 50)),
};
const complete: Results = { ...results, conditions: { ...results.conditions, loadAfter: load() } };

const budgets = judge(complete);
write('latest', { ...complete, budgets });
process.stdout.write(`${tables(complete, budgets)}\n`);
process.exit(0);

/** Each part is kept as soon as it is there: a long run that is cut short has measured something. */
function write(name: string, data: object): void {
  mkdirSync(new URL('results', import.meta.url), { recursive: true });
  writeFileSync(new URL(`results/${name}.json`, import.meta.url), `${JSON.stringify(data, null, 2)}\n`);
}

function load(): string {
  return readFileSync('/proc/loadavg', 'latin1').split(' ').slice(0, 3).join(' ');
}
