/** One series as a reader of Prometheus' text formats understands it. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"}]|"(?:[^"\\\n]|\\[\\n"])*")*)\})? (\S+)$/;
const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/;

/**
 * Reads an exposition by the letter of the format's description and throws at anything else: a family is announced
 * once, its series follow it, and every value is a number.
 */
export function readExposition(text: string): Series[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, string>();
  let family = '';
  return text
    .slice(0, -1)
    .split('\n')
    .flatMap((line, at, lines) => {
      const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
      if (kind === 'HELP') {
        if (families.has(name)) throw new Error(`announced twice: ${name}`);
        families.set(name, '');
        return [];
      }
      if (kind === 'TYPE') {
        if (families.get(name) !== '') throw new Error(`TYPE without HELP before it: ${name}`);
        families.set(name, rest);
        family = name;
        return [];
      }
      if (line === '# EOF' && at === lines.length - 1) return [];
      const series = readSample(line);
      const base = series.name.replace(/_(total|bucket|sum|count)$/, '');
      if (series.name !== family && base !== family) throw new Error(`outside its family: ${line}`);
      return [series];
    });
}

function readSample(line: string): Series {
  const [, name, inner = '', value] = sample.exec(line) ?? [];
  if (name === undefined || !Number.isFinite(Number(value)))
    throw new Error(`no sample: ${JSON.stringify(line)}`);
  const labels: Record<string, string> = {};
  for (let rest = inner; rest !== ''; ) {
    const [all = '', key = '', text = ''] = label.exec(rest) ?? [];
    if (all === '' || key in labels) throw new Error(`bad labels: ${JSON.stringify(line)}`);
    labels[key] = text.replaceAll(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
    rest = rest.slice(all.length);
  }
  return { name, labels, value: Number(value) };
}
