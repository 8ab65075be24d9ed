/**
 * Writes the Grafana dashboard into monitoring/, so that its panels are read and changed here and not in generated JSON.
 * `--check` writes nothing and fails where the file is not what this gives.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { grafanaPanels, labelVariable, type Query, type Row, sourceVariable } from './grafana.ts';

const file = fileURLToPath(new URL('../../monitoring/binfmt-keeper.dashboard.json', import.meta.url));

const node = '{job=~"$job",instance=~"$instance"}';
const handler = '{job=~"$job",instance=~"$instance",handler=~"$handler"}';

/** The selector of what is chosen above, with further conditions. */
const among = (base: string, more: string): string => `${base.slice(0, -1)},${more}}`;
const name = (rest: string): string => `binfmt_keeper_${rest}`;

/** As in the alert BinfmtHandlerDown. */
const lost = `${name(`handler_desired${handler}`)} == 1 unless ignoring(state) ${name(`handler_state${among(handler, 'state=~"ok|foreign|stale|unverified"')}`)} == 1`;

const states = {
  1: ['ok', 'green'],
  2: ['served by another', 'blue'],
  3: ['unverified', 'yellow'],
  4: ['older emulator', 'yellow'],
  5: ['drifted', 'orange'],
  6: ['disabled', 'red'],
  7: ['shadowed', 'red'],
  8: ['missing', 'dark-red'],
  9: ['interpreter dead', 'dark-red'],
} as const;
const numbered = [
  'ok',
  'foreign',
  'unverified',
  'stale',
  'drifted',
  'disabled',
  'shadowed',
  'missing',
  'dead',
];

const rows: readonly Row[] = [
  {
    title: 'Fleet',
    height: 4,
    panels: [
      one('Nodes', 'Keepers that answer.', `count(${name(`build_info${node}`)})`, 3),
      one(
        'Handlers',
        'Handlers that are wanted, over all nodes.',
        `sum(${name(`handler_desired${handler}`)})`,
        3,
      ),
      {
        ...one('Lost', 'Handlers that are wanted and do not serve now.', `count(${lost}) or vector(0)`, 3),
        limits: [['red', 1]],
      },
      {
        ...one(
          'Probes that fail',
          'Handlers whose last foreign program failed when it was run.',
          `sum(${name(`probe_success${handler}`)} == bool 0) or vector(0)`,
          3,
        ),
        limits: [['red', 1]],
      },
      {
        ...one(
          'Errors',
          'Problems with the severity error that stand now; docs/problems.md explains each code.',
          `sum(${name(`problems${among(node, 'severity="error"')}`)}) or vector(0)`,
          3,
        ),
        limits: [['orange', 1]],
      },
      one(
        'Heals',
        'Losses that were repaired in the time shown.',
        `round(sum(increase(${name(`heals_total${handler}`)}[$__range]))) or vector(0)`,
        3,
      ),
      {
        ...one(
          'Availability',
          'Share of the time shown in which wanted handlers served, while a keeper watched.',
          `1 - avg(rate(${name(`handler_unavailable_seconds_total${handler}`)}[$__range]))`,
          6,
        ),
        unit: 'percentunit',
      },
    ],
  },
  {
    title: 'What happened',
    height: 8,
    panels: [
      {
        title: 'Handlers by state',
        description:
          'Anything but ok, foreign (an entry of somebody else serves and was proved) and unverified is bad.',
        ...{ width: 12, type: 'timeseries', look: 'stacked' },
        queries: [{ expr: `sum by (state) (${name(`handler_state${handler}`)})`, legend: '{{state}}' }],
      },
      {
        title: 'Heals by reason',
        description:
          'missing: deleted or flushed; disabled: switched off; shadowed: somebody else came in front.',
        ...{ width: 12, type: 'timeseries', look: 'bars' },
        queries: [
          {
            expr: `sum by (reason) (increase(${name(`heals_total${handler}`)}[$__rate_interval]))`,
            legend: '{{reason}}',
          },
        ],
      },
      {
        title: 'Time without a handler',
        description:
          'Seconds in which a wanted handler did not serve; foreign programs of that kind failed then.',
        ...{ width: 12, type: 'timeseries', look: 'bars', unit: 's' },
        queries: [
          {
            expr: `sum by (instance, handler) (increase(${name(`handler_unavailable_seconds_total${handler}`)}[$__rate_interval])) > 0`,
            legend: '{{instance}} {{handler}}',
          },
        ],
      },
      {
        title: 'Availability over 30 days',
        description:
          'From the recording rules of binfmt-keeper.rules.yaml; empty where those are not loaded.',
        ...{ width: 12, type: 'bargauge', unit: 'percentunit' },
        limits: [],
        queries: [
          {
            expr: 'handler:binfmt_keeper_handler_availability:ratio30d{job=~"$job",handler=~"$handler"}',
            legend: '{{handler}}',
            instant: true,
          },
        ],
      },
      {
        title: 'Time to heal',
        description: 'From the event that told of a loss until the handler served again, a pause included.',
        ...{ width: 12, type: 'heatmap', unit: 's' },
        queries: [
          {
            expr: `sum by (le) (increase(${name(`heal_duration_seconds_bucket${node}`)}[$__rate_interval]))`,
            legend: '{{le}}',
            format: 'heatmap',
          },
        ],
      },
      {
        title: 'Time to heal, quantiles',
        description: 'As far as the buckets of the histogram tell.',
        ...{ width: 12, type: 'timeseries', unit: 's' },
        queries: quantiles('heal_duration_seconds'),
      },
    ],
  },
  {
    title: 'Nodes and handlers',
    height: 9,
    panels: [
      {
        title: 'State of each handler',
        description: 'Nothing where no keeper was watching.',
        ...{ width: 24, type: 'state-timeline', names: states },
        queries: [
          {
            expr: `max by (instance, handler) (${numbered
              .map(
                (state, i) =>
                  `${i + 1} * (${name(`handler_state${among(handler, `state="${state}"`)}`)} == 1)`,
              )
              .join(' or ')})`,
            legend: '{{instance}} {{handler}}',
          },
        ],
      },
      {
        title: 'Problems that stand now',
        description: 'docs/problems.md says of each code what it means and what to do.',
        ...{ width: 12, type: 'table', without: ['job'] },
        queries: [{ expr: `${name(`problems${node}`)} > 0`, instant: true, format: 'table' }],
      },
      {
        title: 'Handlers',
        description:
          'What is registered: platform, flags, owner of the entry that serves, version of the emulator.',
        ...{ width: 12, type: 'table', without: ['job', 'Value'] },
        queries: [{ expr: name(`handler_info${handler}`), instant: true, format: 'table' }],
      },
    ],
  },
  {
    title: 'Proof',
    height: 8,
    panels: [
      {
        title: 'Last probe',
        description: 'Whether the foreign program that proves a handler ran when it was tried last.',
        ...{ width: 12, type: 'state-timeline', names: { 0: ['failed', 'red'], 1: ['ran', 'green'] } },
        queries: [{ expr: name(`probe_success${handler}`), legend: '{{instance}} {{handler}}' }],
      },
      {
        title: 'Time that probes take',
        description:
          'From start to end of the foreign program; a rise tells of a busy host or a slow emulator.',
        ...{ width: 12, type: 'timeseries', unit: 's' },
        queries: quantiles('probe_duration_seconds'),
      },
    ],
  },
  {
    title: 'Around the handlers',
    height: 7,
    panels: [
      {
        title: 'Processes under emulation',
        description: 'By platform; nothing where the keeper cannot see the processes of the host.',
        ...{ width: 12, type: 'timeseries', look: 'stacked' },
        queries: [
          { expr: `sum by (platform) (${name(`emulated_processes${node}`)})`, legend: '{{platform}}' },
        ],
      },
      {
        title: 'Entries of others, flushes, refusals',
        description:
          'Entries that are not ours; how often all handlers were gone at once; repairs that the kernel refused, by errno.',
        ...{ width: 12, type: 'timeseries' },
        queries: [
          { expr: `sum(${name(`foreign_entries${node}`)})`, legend: 'entries of others' },
          { expr: `sum(increase(${name(`flushes_total${node}`)}[$__rate_interval]))`, legend: 'flushes' },
          {
            expr: `sum by (code) (increase(${name(`registration_failures_total${handler}`)}[$__rate_interval]))`,
            legend: 'refused: {{code}}',
          },
        ],
      },
    ],
  },
  {
    title: 'The keeper itself',
    height: 7,
    panels: [
      {
        title: 'Passes',
        description:
          'Looks at the kernel with the repairs they led to, by what made them happen and how they ended.',
        ...{ width: 8, type: 'timeseries' },
        queries: [
          {
            expr: `sum by (trigger, result) (rate(${name(`passes_total${node}`)}[$__rate_interval]))`,
            legend: '{{trigger}} {{result}}',
          },
        ],
      },
      {
        title: 'Time that passes take',
        description: 'The keeper looks and repairs within one turn of its loop.',
        ...{ width: 8, type: 'timeseries', unit: 's' },
        queries: quantiles('pass_duration_seconds'),
      },
      {
        title: 'Since the last good pass',
        description: 'Never much more than the time of resync, 30 s by default.',
        ...{ width: 8, type: 'timeseries', unit: 's' },
        queries: [
          {
            expr: `time() - ${name(`last_successful_pass_timestamp_seconds${node}`)}`,
            legend: '{{instance}}',
          },
        ],
      },
      {
        title: 'Mounts, instance, configuration',
        description: 'Red: not mounted, switched off (0 in the status file), or not what the file says.',
        ...{ width: 24, type: 'state-timeline', names: { 0: ['no', 'red'], 1: ['yes', 'green'] } },
        queries: [
          { expr: name(`mounted${node}`), legend: '{{instance}} mounted: {{mount}}' },
          { expr: name(`instance_enabled${node}`), legend: '{{instance}} switched on' },
          { expr: name(`config_last_reload_successful${node}`), legend: '{{instance}} configuration valid' },
        ],
      },
      {
        title: 'Memory of the keeper',
        description: 'Resident, as the kernel counts it.',
        ...{ width: 8, type: 'timeseries', unit: 'bytes' },
        queries: [{ expr: `process_resident_memory_bytes${node}`, legend: '{{instance}}' }],
      },
      {
        title: 'Processor time of the keeper',
        description: 'Share of one core.',
        ...{ width: 8, type: 'timeseries', unit: 'percentunit' },
        queries: [
          { expr: `rate(process_cpu_seconds_total${node}[$__rate_interval])`, legend: '{{instance}}' },
        ],
      },
      {
        title: 'Versions',
        description: 'How many nodes run which build.',
        ...{ width: 8, type: 'table' },
        queries: [
          {
            expr: `count by (version, node_version) (${name(`build_info${node}`)})`,
            instant: true,
            format: 'table',
          },
        ],
      },
    ],
  },
];

/** The dashboard as its file holds it. */
export function dashboardText(): string {
  const dashboard = {
    ...{
      title: 'binfmt-keeper',
      uid: 'binfmt-keeper',
      tags: ['binfmt-keeper'],
      schemaVersion: 41,
      version: 1,
    },
    description: 'Handlers of foreign executables: which serve, what was lost and healed, what proves them.',
    ...{ editable: true, graphTooltip: 1, refresh: '1m', timezone: 'browser', links: [] },
    time: { from: 'now-6h', to: 'now' },
    timepicker: {},
    annotations: { list: [] },
    templating: {
      list: [
        sourceVariable,
        labelVariable('job', 'binfmt_keeper_build_info'),
        labelVariable('instance', 'binfmt_keeper_build_info{job=~"$job"}'),
        labelVariable('handler', `binfmt_keeper_handler_desired${node}`),
      ],
    },
    panels: grafanaPanels(rows),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

function one(title: string, description: string, expr: string, width: number) {
  return { title, description, width, type: 'stat', queries: [{ expr, instant: true }] } as const;
}

function quantiles(histogram: string): readonly Query[] {
  const buckets = `sum by (le) (rate(${name(`${histogram}_bucket${node}`)}[$__rate_interval]))`;
  return [0.5, 0.9, 0.99].map((q) => ({
    expr: `histogram_quantile(${q}, ${buckets})`,
    legend: `${q * 100} %`,
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) writeFileSync(file, dashboardText());
  else if (readFileSync(file, 'utf8') !== dashboardText()) {
    console.error(
      'monitoring/binfmt-keeper.dashboard.json is not what its source says: node scripts/generate/dashboard.ts',
    );
    process.exitCode = 1;
  }
}
