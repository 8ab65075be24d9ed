/** One query of a panel. */
export interface Query {
  readonly expr: string;
  readonly legend?: string;
  /** The value of now, for tables and single numbers; else over time. */
  readonly instant?: boolean;
  readonly format?: 'table' | 'heatmap';
}

/** What a panel shows; its place follows from the order in which panels are given. */
export interface Panel {
  readonly title: string;
  /** What it means, as people ask it. */
  readonly description: string;
  readonly width: number;
  readonly type: 'stat' | 'timeseries' | 'table' | 'heatmap' | 'state-timeline' | 'bargauge';
  readonly queries: readonly Query[];
  readonly unit?: string;
  /** From which value on it is orange or red; below it is green. */
  readonly limits?: readonly (readonly ['orange' | 'red' | 'green', number])[];
  readonly look?: 'lines' | 'bars' | 'stacked';
  readonly names?: Readonly<Record<number, readonly [text: string, color: string]>>;
  /** Columns that a table leaves out. */
  readonly without?: readonly string[];
}

/** Panels under one heading. */
export interface Row {
  readonly title: string;
  readonly height: number;
  readonly panels: readonly Panel[];
}

const source = { type: 'prometheus', uid: '$datasource' } as const;
const columns = 24;

/** Lays panels out, line by line, as Grafana 11 and later store a dashboard (schema version 41). */
export function grafanaPanels(rows: readonly Row[]): readonly object[] {
  const made: object[] = [];
  let y = 0;
  for (const { title, height, panels } of rows) {
    made.push({
      ...{ type: 'row', id: made.length + 1, title, collapsed: false, panels: [] },
      gridPos: { x: 0, y, w: columns, h: 1 },
    });
    y += 1;
    let x = 0;
    for (const panel of panels) {
      if (x + panel.width > columns) {
        x = 0;
        y += height;
      }
      made.push(grafanaPanel(panel, made.length + 1, { x, y, w: panel.width, h: height }));
      x += panel.width;
    }
    y += height;
  }
  return made;
}

/** A variable whose values are those of a label; all of them by default. */
export function labelVariable(name: string, metric: string, multi = true): object {
  const query = `label_values(${metric}, ${name})`;
  return {
    ...{ type: 'query', name, label: name, datasource: source, definition: query, refresh: 2, sort: 1 },
    query: { query, refId: name },
    ...{ multi, includeAll: true, allValue: '.*', current: { text: ['All'], value: ['$__all'] } },
    ...{ hide: 0, regex: '', options: [] },
  };
}

/** The variable that says which Prometheus is asked. */
export const sourceVariable: object = {
  ...{ type: 'datasource', name: 'datasource', label: 'data source', query: 'prometheus', refresh: 1 },
  ...{ hide: 0, regex: '', options: [], multi: false, includeAll: false, current: {} },
};

function grafanaPanel(panel: Panel, id: number, gridPos: object): object {
  const { type, title, description } = panel;
  return {
    ...{ type, id, title, description, datasource: source, gridPos },
    targets: panel.queries.map((query, i) => target(query, i)),
    fieldConfig: { defaults: { ...defaults(panel), custom: custom(panel) }, overrides: [] },
    options: options(panel),
    ...(panel.type === 'table' ? { transformations: tidy(panel) } : {}),
  };
}

function target({ expr, legend = '__auto', instant = false, format }: Query, index: number): object {
  return {
    ...{ refId: String.fromCharCode(65 + index), datasource: source, editorMode: 'code', expr },
    ...{ legendFormat: legend, instant, range: !instant, format: format ?? 'time_series' },
  };
}

function defaults({ unit = 'short', limits = [], names = {}, type }: Panel): object {
  const steps = [{ color: 'green', value: null }, ...limits.map(([color, value]) => ({ color, value }))];
  const named = Object.entries(names).map(([value, [text, color]], index) => [value, { text, color, index }]);
  return {
    unit,
    // Two nines of a share say nothing here.
    ...(unit === 'percentunit' && type !== 'timeseries' ? { decimals: 3 } : {}),
    color: { mode: type === 'timeseries' ? 'palette-classic' : 'thresholds' },
    mappings: named.length === 0 ? [] : [{ type: 'value', options: Object.fromEntries(named) }],
    thresholds: { mode: 'absolute', steps },
    ...(type === 'timeseries' ? { min: 0 } : {}),
  };
}

function custom({ type, look = 'lines' }: Panel): object {
  if (type === 'state-timeline') return { fillOpacity: 80, lineWidth: 0 };
  if (type !== 'timeseries') return {};
  return {
    drawStyle: look === 'bars' ? 'bars' : 'line',
    fillOpacity: look === 'lines' ? 5 : 60,
    lineWidth: 1,
    showPoints: 'never',
    stacking: { group: 'A', mode: look === 'lines' ? 'none' : 'normal' },
  };
}

function options({ type }: Panel): object {
  const legend = { displayMode: 'list', placement: 'bottom', showLegend: true };
  const reduceOptions = { calcs: ['lastNotNull'], fields: '', values: false };
  switch (type) {
    case 'stat':
      return { colorMode: 'value', graphMode: 'none', textMode: 'auto', reduceOptions };
    case 'bargauge':
      return { displayMode: 'basic', orientation: 'horizontal', reduceOptions };
    case 'timeseries':
      return { legend, tooltip: { mode: 'multi', sort: 'desc' } };
    case 'state-timeline':
      return { legend, mergeValues: true, showValue: 'never', rowHeight: 0.9, tooltip: { mode: 'single' } };
    case 'table':
      return { cellHeight: 'sm', showHeader: true };
    case 'heatmap':
      return {
        ...{ calculate: false, cellGap: 1, legend: { show: true }, tooltip: { mode: 'single' } },
        color: { mode: 'scheme', scheme: 'Oranges', steps: 32, scale: 'exponential', exponent: 0.5 },
        yAxis: { axisPlacement: 'left', unit: 's' },
        rowsFrame: { layout: 'auto' },
      };
  }
}

function tidy({ without = [] }: Panel): readonly object[] {
  const excludeByName = Object.fromEntries(['Time', '__name__', ...without].map((name) => [name, true]));
  return [{ id: 'organize', options: { excludeByName } }];
}
