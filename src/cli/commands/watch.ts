import { setTimeout as pause } from 'node:timers/promises';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import type { Report } from '../../core/report/report.ts';
import { scrolledFrame } from '../report/frame.ts';
import { reportTable } from '../report/report-table.ts';
import type { Context } from '../terminal/context.ts';
import type { Key } from '../terminal/keys.ts';
import { render } from '../terminal/print.ts';
import { openScreen } from '../terminal/screen.ts';

/** Where reports come from: a daemon's stream, and one look at the host for when there is no daemon. */
export interface ReportSource {
  /** Reports as they change; ends when the daemon ends or the signal comes. */
  readonly stream: (signal: AbortSignal) => AsyncIterable<Report>;
  readonly look: () => Promise<WatchedReport>;
}

/** What one look found; null where the host cannot be looked at, and what to say and how to end then. */
export interface WatchedReport {
  readonly report: Report | null;
  readonly why: string;
  readonly exit: ExitCode;
}

/**
 * `status --watch`: on a terminal one picture, drawn anew in place; elsewhere one line of JSON, a YAML document or a
 * table for each change. Ends by q, Ctrl-C or a signal, with the status of what was seen last.
 */
export async function watchStatus(context: Context, source: ReportSource): Promise<ExitCode> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end);
  process.stdout.on('error', end); // whoever read the output has gone
  const picture = context.columns !== null && context.format === 'table';
  let last: WatchedReport = { report: null, why: '', exit: exitCodes.failed };
  const see = picture ? onScreen(context, end) : asText(context);
  try {
    for await (const seen of reportsOf(source, stop.signal)) {
      last = seen;
      if (seen.report !== null) see.show(seen.report);
      else if (hopeless.includes(seen.exit)) break;
      else see.say(seen.why);
    }
  } finally {
    see.close();
    // Output that nobody reads does not keep who was told to end.
    if (stop.signal.aborted) setTimeout(() => process.exit(), 500).unref();
  }
  if (hopeless.includes(last.exit)) context.err(last.why);
  return last.exit;
}

/** Without rights or kernel support waiting helps nothing; a daemon may come, and a file system be mounted. */
const hopeless: readonly ExitCode[] = [exitCodes.notPermitted, exitCodes.notSupported];

interface Sight {
  show(report: Report): void;
  /** Why there is nothing to show for now. */
  say(why: string): void;
  close(): void;
}

/** The daemon's reports while one runs; in between what can be seen without it, every two seconds. */
async function* reportsOf(source: ReportSource, signal: AbortSignal): AsyncGenerator<WatchedReport> {
  while (!signal.aborted) {
    for await (const report of source.stream(signal)) yield watched(report);
    if (signal.aborted) return;
    yield await source.look();
    await pause(lookEvery, undefined, { signal }).catch(() => {});
  }
}

const lookEvery = 2000;

/** A report that was had. */
export function watched(report: Report): WatchedReport {
  return { report, why: '', exit: report.ready ? exitCodes.ok : exitCodes.failed };
}

function onScreen(context: Context, quit: () => void): Sight {
  let current: Report | string = '';
  let from = 0;
  let page = 1;
  const draw = (): void => {
    const view = { columns: screen.columns(), rows: screen.rows(), style: context.style, here: context.here };
    if (typeof current !== 'string') {
      const frame = scrolledFrame(current, view, from);
      from = frame.from;
      page = frame.page;
      screen.draw(frame.lines);
    } else screen.draw(current.trimEnd().split('\n').slice(0, view.rows));
  };
  const key = (pressed: Key): void => {
    if (pressed === 'quit') quit();
    else {
      from = Math.max(0, pressed === 'top' ? 0 : from + steps(page)[pressed]);
      draw();
    }
  };
  const screen = openScreen(process.stdout, process.stdin, { resized: draw, key });
  const clock = setInterval(draw, 1000); // ages go on while nothing happens
  return {
    show(report) {
      current = report;
      draw();
    },
    say(why) {
      current = why;
      draw();
    },
    close() {
      clearInterval(clock);
      screen.close();
    },
  };
}

/** How far a key goes; more than there is ends at the end. */
function steps(page: number): Readonly<Record<Exclude<Key, 'quit' | 'top'>, number>> {
  return { up: -1, down: 1, 'page-up': -page, 'page-down': page, bottom: Number.MAX_SAFE_INTEGER };
}

function asText(context: Context): Sight {
  let before = '';
  let printed = false;
  return {
    show(report) {
      const now = news(report);
      if (now === before) return;
      context.out(`${printed ? separator(context) : ''}${oneOf(report, context)}`);
      printed = true;
      before = now;
    },
    say(why) {
      if (why !== before) context.err(why);
      before = why;
    },
    close() {},
  };
}

function oneOf(report: Report, context: Context): string {
  if (context.format === 'json') return `${JSON.stringify(report)}\n`;
  return render(report, context.format, () => reportTable(report, context));
}

function separator({ format }: Context): string {
  return format === 'yaml' ? '---\n' : format === 'json' ? '' : '\n';
}

/** What of a report is worth telling: not that time went by, that a proof was repeated or that something was counted. */
function news(report: Report): string {
  return JSON.stringify({ ...report, at: 0, totals: null, emulated: null }, (key, value: unknown) => {
    if (key === 'unavailableMs') return 0;
    return key === 'probe' && typeof value === 'object' && value !== null
      ? { ...value, at: 0, tookMs: 0 }
      : value;
  });
}
