import type { Report } from '../../core/report/report.ts';
import { escapeControls } from '../../core/text/escape.ts';

/** What can be asked for as text. */
export type ViewKind = 'status' | 'text' | 'openmetrics' | 'page' | 'live';

/** The report and its renderings, drawn a few times a second at most however often they are asked for. */
export interface Views {
  /** As of now or a moment ago; null where it cannot be drawn, for lack of descriptors as a rule. */
  report(): Report | null;
  /** The same as text; what is only looked at on demand is up to date in it. */
  text(kind: ViewKind): Promise<string | null>;
  /** Something in the report may be different now. */
  changed(): void;
}

/** Milliseconds for which a report is good after a change, and without one. */
const pauseMs = 250;
const freshMs = 1000;

/** Views of a report that is drawn by `draw`, after `refresh` where time allows. */
export function createViews(draw: () => Report | null, refresh: () => Promise<void>): Views {
  let last: { readonly report: Report | null; readonly at: number; readonly texts: Map<ViewKind, string> } = {
    report: null,
    at: Number.NEGATIVE_INFINITY,
    texts: new Map(),
  };
  let stale = true;

  const isFresh = (): boolean => performance.now() - last.at < (stale ? pauseMs : freshMs);

  const current = (): typeof last => {
    if (isFresh()) return last;
    stale = false;
    last = { report: drawn(draw), at: performance.now(), texts: new Map() };
    return last;
  };

  return {
    report: () => current().report,
    async text(kind) {
      const render = await renderers[kind]();
      if (!isFresh()) await refresh();
      const { report, texts } = current();
      if (report === null) return null;
      const known = texts.get(kind);
      if (known !== undefined) return known;
      const text = render(report);
      texts.set(kind, text);
      return text;
    },
    changed() {
      stale = true;
    },
  };
}

function drawn(draw: () => Report | null): Report | null {
  try {
    return draw();
  } catch {
    return null; // the keeper's own looks fail for the same reason, and say so
  }
}

/** Loaded when first asked for: most daemons serve no page. */
const renderers: Readonly<Record<ViewKind, () => Promise<(report: Report) => string>>> = {
  status: async () => printStatus,
  text: async () => {
    const { renderMetrics } = await import('../../core/report/metrics.ts');
    return (report) => renderMetrics(report, 'text');
  },
  openmetrics: async () => {
    const { renderMetrics } = await import('../../core/report/metrics.ts');
    return (report) => renderMetrics(report, 'openmetrics');
  },
  page: async () => (await import('../../core/page/page.ts')).renderPage,
  live: async () => (await import('../../core/page/live.ts')).renderLive,
};

/** As `status -o json` prints it, in the order of the schema. */
function printStatus(report: Report): string {
  const { schema, version, at, daemon, paused, ready, summary, ...rest } = report;
  const ordered = { schema, version, at, daemon, paused, ready, summary, ...rest };
  return `${escapeControls(JSON.stringify(ordered, null, 2))}\n`;
}
