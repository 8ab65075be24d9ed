import { type Family, type MetricsFormat, renderFamilies, type Sample } from './metrics-text.ts';
import { type HandlerReport, type Report, ranHere } from './report.ts';
import type { Histogram, Totals } from './totals.ts';
import { unservedFamilies } from './unserved-metrics.ts';

/**
 * The report as Prometheus reads it; docs/metrics.md says what each metric means. At most 200 series with 13 platforms
 * and 11 for each further handler, whatever goes wrong and however often the configuration changes.
 */
export function renderMetrics(report: Report, format: MetricsFormat): string {
  return renderFamilies(familiesOf(report), format);
}

/**
 * The same for the textfile collector of node_exporter, which tells of its own process under the usual names and
 * takes a second series of such a name for an error, at every scrape.
 */
export function renderTextfile(report: Report): string {
  return renderFamilies(
    familiesOf(report).filter(({ name }) => !name.startsWith('process_')),
    'text',
  );
}

function familiesOf(report: Report): Family[] {
  return [...ofKeeper(report), ...ofHandlers(report), ...unservedFamilies(report), ...ofWork(report.totals)];
}

function ofKeeper(report: Report): Family[] {
  const { totals, problems, emulated } = report;
  const build = { version: report.version, node_version: totals.process?.node ?? '' };
  return [
    gauge('build_info', 'Version of the keeper, always 1.', [{ labels: build, value: 1 }]),
    gauge(
      'mounted',
      'Whether the main mount and the anchor are in place.',
      (['main', 'anchor'] as const).map((mount) => ({
        labels: { mount },
        value: Number(report.mounts[mount] === 'binfmt'),
      })),
    ),
    gauge(
      'instance_enabled',
      'Whether the kernel runs any handler at all: 0 after 0 was written to status.',
      [{ value: Number(report.instance.enabled) }],
    ),
    gauge('foreign_entries', 'Entries of binfmt_misc that are not ours.', [
      { value: report.instance.foreign },
    ]),
    gauge('problems', 'Problems that stand now, by code.', ofProblems(problems)),
    gauge(
      'emulated_processes',
      'Processes of this host that run under emulation; absent where they cannot be seen.',
      (emulated ?? []).map(({ platform, count }) => ({ labels: { platform }, value: count })),
    ),
    gauge(
      'config_last_reload_successful',
      'Whether the configuration was right when it was read last.',
      report.daemon === null ? [] : [{ value: Number(totals.reload.ok) }],
    ),
    gauge(
      'config_last_reload_success_timestamp_seconds',
      'When the configuration was read and was right.',
      seconds(totals.reload.goodAt),
    ),
    ...ofProcess(totals),
  ];
}

/** So many codes have a series of their own, the worst first; the others of each severity share one. */
const mostCodes = 8;

function ofProblems(problems: Report['problems']): Sample[] {
  const counts = new Map<string, { code: string; severity: Severity; value: number }>();
  for (const { code, severity } of problems)
    counts.set(code, { code, severity, value: (counts.get(code)?.value ?? 0) + 1 });
  const ranked = [...counts.values()].toSorted((a, b) => rankOf(a) - rankOf(b));
  const others = severities.flatMap((severity) => {
    const rest = ranked.slice(mostCodes).filter((one) => one.severity === severity);
    return rest.length === 0 ? [] : { code: 'other', severity, value: sum(rest) };
  });
  return [...ranked.slice(0, mostCodes), ...others].map(({ code, severity, value }) => ({
    labels: { code, severity },
    value,
  }));
}

const severities = ['error', 'warning', 'notice'] as const;
type Severity = (typeof severities)[number];

/** A pause has an alert of its own. */
function rankOf({ code, severity }: { code: string; severity: Severity }): number {
  return code === 'paused' ? -1 : severities.indexOf(severity);
}

function sum(rows: readonly { readonly value: number }[]): number {
  return rows.reduce((all, { value }) => all + value, 0);
}

/** Under the names that dashboards expect of any process. */
function ofProcess({ process }: Totals): Family[] {
  if (process === null) return [];
  const one = (name: string, type: 'gauge' | 'counter', help: string, value: number): Family => ({
    name: `process_${name}`,
    type,
    help,
    samples: [{ value }],
  });
  return [
    one('start_time_seconds', 'gauge', 'When the process of the keeper started.', process.startedAt / 1000),
    one('cpu_seconds', 'counter', 'Processor time that the keeper has used.', process.cpuMs / 1000),
    one('resident_memory_bytes', 'gauge', 'Memory of the keeper that is resident.', process.residentBytes),
  ];
}

function ofHandlers(report: Report): Family[] {
  const { handlers, totals } = report;
  const each = (sample: (handler: HandlerReport) => Sample): Sample[] =>
    handlers.map((h) => {
      const { labels, value } = sample(h);
      return { labels: { handler: h.name, ...labels }, value };
    });
  // A label and not a series of its own: there are 200 with the platforms of OCI already.
  const info = ({ platforms, flags, owner, version, containers }: HandlerReport): Sample => ({
    labels: {
      ...{ platform: platforms[0] ?? '', flags, owner, qemu_version: version ?? '' },
      containers: containers.verdict,
    },
    value: 1,
  });
  return [
    gauge(
      'handler_desired',
      'Handlers that are wanted, always 1.',
      each(() => ({ value: 1 })),
    ),
    gauge('handler_info', 'What serves now, always 1.', each(info)),
    gauge(
      'handler_state',
      'The state that the handler is in, always 1.',
      each(({ state }) => ({ labels: { state: state === 'foreign-ok' ? 'foreign' : state }, value: 1 })),
    ),
    counter(
      'handler_unavailable_seconds',
      'How long the handler did not serve, from the event that told of a loss until it served again.',
      each((h) => ({ value: h.unavailableMs / 1000 })),
    ),
    gauge(
      'probe_success',
      'Whether a foreign program ran as it should under what serves now.',
      handlers
        .filter((h) => h.probe !== null)
        .map((h) => ({ labels: { handler: h.name }, value: Number(ranHere(h, report)) })),
    ),
    counter('heals', 'Losses that were repaired.', heals(handlers, totals)),
    counter('registration_failures', 'Repairs that the kernel refused.', failures(totals)),
  ];
}

/** So many refusals have a series of their own, those met first; the others share one. */
const mostFailures = 2;

function failures({ failures: all }: Totals): Sample[] {
  const rows = all.map(({ handler, code, count }) => ({ handler, code, value: count }));
  const rest = rows.slice(mostFailures);
  const other = rest.length === 0 ? [] : [{ handler: 'other', code: 'other', value: sum(rest) }];
  return [...rows.slice(0, mostFailures), ...other].map(({ handler, code, value }) => ({
    labels: { handler, code },
    value,
  }));
}

/** What is lost for the first time must be seen to increase, so each way to be lost starts at 0. */
function heals(handlers: readonly HandlerReport[], totals: Totals): Sample[] {
  const counts = new Map<string, { handler: string; reason: string; value: number }>();
  const add = (handler: string, reason: string, value: number): void => {
    const key = `${reason} ${handler}`;
    counts.set(key, { handler, reason, value: (counts.get(key)?.value ?? 0) + value });
  };
  for (const { name } of handlers) for (const reason of reasons) add(name, reason, 0);
  add('status', 'status-zero', 0);
  for (const { handler, reason, count } of totals.heals) {
    // Out of order is shadowed by one of our own.
    const told = reason === 'order' ? 'shadowed' : reason;
    // What nobody wants any more has no series.
    if (counts.has(`${told} ${handler}`)) add(handler, told, count);
  }
  return [...counts.values()].map(({ handler, reason, value }) => ({ labels: { handler, reason }, value }));
}

const reasons = ['missing', 'disabled', 'drifted', 'stale', 'shadowed'] as const;

function ofWork(totals: Totals): Family[] {
  return [
    histogram(
      'heal_duration',
      'From the event that told of a loss until the handler served again.',
      totals.healMs,
    ),
    counter('flushes', 'How often all handlers were gone at once.', [{ value: totals.flushes }]),
    counter(
      'passes',
      'Looks at everything, with the repairs that they led to.',
      totals.passes.map(({ trigger, result, count }) => ({ labels: { trigger, result }, value: count })),
    ),
    histogram('pass_duration', 'How long a pass took, without the proofs that follow.', totals.passMs),
    gauge(
      'last_successful_pass_timestamp_seconds',
      'When a pass last did all that it had to.',
      seconds(totals.lastGoodPassAt),
    ),
    histogram('probe_duration', 'How long the proofs by execution took.', totals.probeMs),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `binfmt_keeper_${name}`, type: 'gauge', help, samples };
}

/** The name without `_total`, which the formats treat differently. */
function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { name: `binfmt_keeper_${name}`, type: 'counter', help, samples };
}

function histogram(name: string, help: string, { bounds, counts, sum }: Histogram): Family {
  let below = 0;
  const buckets = counts.map((count, at): Sample => {
    below += count;
    const bound = bounds[at];
    return { suffix: '_bucket', le: bound === undefined ? null : bound / 1000, value: below };
  });
  const samples = [...buckets, { suffix: '_sum', value: sum / 1000 }, { suffix: '_count', value: below }];
  return { name: `binfmt_keeper_${name}_seconds`, type: 'histogram', help, samples };
}

function seconds(at: number | null): Sample[] {
  return at === null ? [] : [{ value: at / 1000 }];
}
