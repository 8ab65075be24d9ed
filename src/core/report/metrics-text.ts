import { visible } from '../text/visible.ts';

/** `text` is Prometheus' format 0.0.4, `openmetrics` OpenMetrics 1.0. */
export type MetricsFormat = 'text' | 'openmetrics';

/** One metric with all its series. */
export interface Family {
  /** That of a counter without `_total`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** One series and its value. */
export interface Sample {
  /** Text of anybody, bytes or characters. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram's series. */
  readonly suffix?: string;
  /** Upper bound of a bucket, null for the last; left out where the series is none. */
  readonly le?: number | null;
}

/** Writes families down; one without series is left out, and of two equal series the first counts: readers refuse both. */
export function renderFamilies(families: readonly Family[], format: MetricsFormat): string {
  const lines = families.filter((f) => f.samples.length > 0).flatMap((f) => renderFamily(f, format));
  if (format === 'openmetrics') lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function renderFamily({ name, type, help, samples }: Family, format: MetricsFormat): string[] {
  const suffix = type === 'counter' ? '_total' : '';
  const series = new Map<string, string>();
  for (const sample of samples) {
    const key = `${name}${sample.suffix ?? suffix}${labelsOf(sample, format)}`;
    if (!series.has(key)) series.set(key, `${key} ${sample.value}`);
  }
  const family = format === 'text' ? `${name}${suffix}` : name;
  return [`# HELP ${family} ${help}`, `# TYPE ${family} ${type}`, ...series.values()];
}

/** An empty label is the same as none. */
function labelsOf({ labels = {}, le }: Sample, format: MetricsFormat): string {
  const all = Object.entries(labels).filter(([, value]) => value !== '');
  if (le !== undefined) all.push(['le', le === null ? '+Inf' : bound(le, format)]);
  return all.length === 0 ? '' : `{${all.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}

/** OpenMetrics wants bounds to be written as fractions. */
function bound(le: number, format: MetricsFormat): string {
  return format === 'openmetrics' && Number.isInteger(le) ? `${le}.0` : String(le);
}

function escaped(value: string): string {
  return visible(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
