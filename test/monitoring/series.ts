import { renderMetrics } from '../../src/core/report/metrics.ts';
import { noTotals } from '../../src/core/report/totals.ts';
import { handlerLike, moment, problemsLike, reportLike } from '../cli/reports.ts';

/** The labels of each series that a keeper can expose, by its name. */
export function exposedSeries(): ReadonlyMap<string, ReadonlySet<string>> {
  const report = reportLike({
    handlers: [handlerLike(), handlerLike({ key: 'riscv64', state: 'missing', probe: null })],
    problems: problemsLike(3),
    emulated: [{ platform: 'linux/aarch64', count: 1 }],
    totals: {
      ...noTotals,
      heals: [{ handler: 'keeper-aarch64', reason: 'missing', count: 1 }],
      failures: [{ handler: 'keeper-aarch64', code: 'EROFS', count: 1 }],
      lastGoodPassAt: moment,
      reload: { ok: true, goodAt: moment },
      process: { node: 'v24.0.0', startedAt: moment, cpuMs: 1, residentBytes: 1 },
    },
  });
  const series = new Map<string, Set<string>>();
  for (const line of renderMetrics(report, 'text').split('\n')) {
    const [, name = '', labels = ''] = /^([a-z_]+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === '') continue;
    const known = series.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label);
    series.set(name, known);
  }
  return series;
}

/** A series that an expression names, and the labels that it asks of it. */
export interface Use {
  readonly name: string;
  readonly labels: readonly string[];
}

/** What an expression asks of metrics of ours: `binfmt_keeper_*` and those of the process. */
export function usesOf(expression: string): readonly Use[] {
  const found = expression.matchAll(/(?<![\w:])((?:binfmt_keeper|process)_\w+)(?:\{([^}]*)\})?/g);
  return [...found].map(([, name = '', selector = '']) => ({
    name,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }));
}

/** What an expression asks for that no keeper exposes; labels of targets are not ours to know. */
export function unknownIn(expression: string, exposed = exposedSeries()): readonly string[] {
  return usesOf(expression).flatMap(({ name, labels }) => {
    const known = exposed.get(name);
    if (known === undefined) return [name];
    return labels
      .filter((l) => !['job', 'instance'].includes(l) && !known.has(l))
      .map((l) => `${name}{${l}}`);
  });
}
