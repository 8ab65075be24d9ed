import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import { type Spending, spendingOf } from '../../core/ps/advise.ts';
import type { Census } from '../../core/ps/process.ts';
import { escapeControls } from '../../core/text/escape.ts';
import { visible } from '../../core/text/visible.ts';
import { createMachine } from '../../host/machine.ts';
import { censusHere } from '../ps/known-here.ts';
import { adviceLines, processLines, sightLines } from '../ps/ps-table.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { openScreen } from '../terminal/screen.ts';

/** What is printed for programs. */
interface Printed extends Census {
  readonly schema: 1;
  /** Unix time, milliseconds. */
  readonly at: number;
  /** With --advise. */
  readonly spending?: readonly Spending[];
}

/** Lists the processes of this host that run under emulation. */
export async function ps(context: Context, config: Config): Promise<ExitCode> {
  const machine = await createMachine();
  const look = async (): Promise<Printed> => {
    const census = await censusHere(machine, config);
    const spending = context.flags.advise === true ? { spending: spendingOf(census.processes) } : {};
    return { schema: 1, at: Date.now(), ...census, ...spending };
  };
  if (context.flags.watch === true) return watch(context, look);
  const seen = await look();
  context.out(render(textual(seen), context.format, () => `${linesOf(seen, context).join('\n')}\n`));
  say(context, seen);
  return exitOf(seen);
}

function exitOf({ sight }: Census): ExitCode {
  return sight.whole ? exitCodes.ok : exitCodes.notPermitted;
}

function say(context: Context, seen: Census): void {
  for (const line of sightLines(seen, context.here.command)) context.err(`binfmt-keeper: ${visible(line)}\n`);
}

function linesOf(seen: Printed, { columns, style }: Pick<Context, 'columns' | 'style'>): readonly string[] {
  return seen.spending === undefined
    ? processLines(seen, { columns, style })
    : adviceLines(seen.spending, { columns, style });
}

/** Paths and words are byte strings inside; for programs they are text. */
function textual(seen: Printed): unknown {
  return JSON.parse(
    JSON.stringify(seen, (_, value: unknown) => (typeof value === 'string' ? textOf(value) : value)),
  );
}

const everyMs = 2000;

/** Draws the list anew every two seconds on a terminal; elsewhere a line of JSON, a document or a table for each look. */
async function watch(context: Context, look: () => Promise<Printed>): Promise<ExitCode> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end);
  process.stdout.on('error', end);
  const screen = context.columns !== null && context.format === 'table' ? screenOf(context, end) : null;
  let last = await look();
  try {
    for (let first = true; !stop.signal.aborted; first = false) {
      if (screen !== null) screen.show(last);
      else {
        context.out(oneOf(last, context, first));
        if (first) say(context, last);
      }
      await pause(everyMs, undefined, { signal: stop.signal }).catch(() => {});
      if (!stop.signal.aborted) last = await look();
    }
  } finally {
    screen?.close();
  }
  if (screen !== null) say(context, last);
  return exitOf(last);
}

function oneOf(seen: Printed, context: Context, first: boolean): string {
  if (context.format === 'json') return `${escapeControls(JSON.stringify(textual(seen)))}\n`;
  const separator = first ? '' : context.format === 'yaml' ? '---\n' : '\n';
  return `${separator}${render(textual(seen), context.format, () => `${linesOf(seen, context).join('\n')}\n`)}`;
}

/** One picture, which the arrow keys scroll. */
function screenOf(context: Context, quit: () => void): { show(seen: Printed): void; close(): void } {
  let seen: Printed | null = null;
  let from = 0;
  const draw = (): void => {
    if (seen === null) return;
    const { style } = context;
    const lines = linesOf(seen, { columns: screen.columns(), style });
    const notes = sightLines(seen, context.here.command).map((line) =>
      visible(line).slice(0, screen.columns()),
    );
    const room = Math.max(1, screen.rows() - 3 - notes.length);
    const [head = '', ...rows] = lines;
    from = Math.max(0, Math.min(from, rows.length - room));
    const time = new Date(seen.at).toTimeString().slice(0, 8);
    const title = style.faint(`${seen.processes.length} under emulation   ${time}   ↑↓ scroll   q quits`);
    screen.draw([title, ...notes, '', head, ...rows.slice(from, from + room)]);
  };
  const screen = openScreen(process.stdout, process.stdin, {
    resized: draw,
    key(pressed) {
      if (pressed === 'quit') return quit();
      const page = Math.max(1, screen.rows() - 5);
      const steps = {
        up: -1,
        down: 1,
        'page-up': -page,
        'page-down': page,
        top: -from,
        bottom: Number.MAX_SAFE_INTEGER,
      };
      from += steps[pressed];
      draw();
    },
  });
  return {
    show(now) {
      seen = now;
      draw();
    },
    close: screen.close,
  };
}
