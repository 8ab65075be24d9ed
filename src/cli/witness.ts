import { setTimeout as sleep } from 'node:timers/promises';
import { architectureOf } from '../core/catalogue.ts';
import { type ParsedConfig, runDirectory } from '../core/config.ts';
import { parseDuration } from '../core/duration.ts';
import { escapeControls } from '../core/escape.ts';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { version } from '../core/version.ts';
import { visible } from '../core/visible.ts';
import { witnessed } from '../core/witness.ts';
import { type ChosenTargets, chooseTargets } from '../core/witness-targets.ts';
import { targetOf } from '../daemon/prepare.ts';
import { findExecutablePlace, usualPlaces } from '../host/executable-place.ts';
import { hostArchitecture } from '../host/identity.ts';
import { loadLibc } from '../host/libc.ts';
import { createMachine } from '../host/machine.ts';
import { probeBytes, provable } from '../host/probe-files.ts';
import { isPrivileged } from '../host/rights.ts';
import { type Found, witness } from '../host/witness.ts';
import type { Context } from './context.ts';
import { render } from './print.ts';
import { readReportShape } from './report-schema.ts';
import { tableLines } from './table.ts';

/** `witness`: runs the probes as an ordinary container would, once or again and again, and says what came of it. */
export async function witnessCommand(
  context: Context,
  parsed: ParsedConfig & { readonly ok: true },
  args: readonly string[],
): Promise<ExitCode> {
  const refuse = (why: readonly string[], exit: ExitCode): ExitCode => {
    context.err(why.map((line) => `binfmt-keeper: ${visible(line)}\n`).join(''));
    return exit;
  };
  const everyMs = intervalOf(context.flags.every);
  if (everyMs === undefined)
    return refuse(['--every: must be a duration from 100ms to 1d, such as 60s'], exitCodes.usage);
  const chosen = await targetsFor(parsed, args);
  if (!chosen.ok) return refuse(chosen.why, chosen.usage ? exitCodes.usage : exitCodes.notPermitted);
  if (isPrivileged()) return refuse([privileged], exitCodes.notPermitted);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
  let before = '';
  for (;;) {
    const round = await runRound(chosen, parsed.config.probe.timeout, stop.signal);
    if (stop.signal.aborted) return everyMs === null ? exitCodes.failed : exitCodes.ok;
    const text = told(round, context, everyMs !== null);
    const essence = JSON.stringify([round.why, round.found.map(({ target, verdict }) => [target, verdict])]);
    if (essence !== before) {
      refuse(round.why, exitCodes.notPermitted);
      context.out(text);
    }
    before = essence;
    if (everyMs === null) return exitOf[witnessed(round.found)];
    await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => {});
    if (stop.signal.aborted) return exitCodes.ok;
  }
}

const exitOf = {
  runs: exitCodes.ok,
  fails: exitCodes.failed,
  unknown: exitCodes.notPermitted,
} as const;

const privileged =
  'this process has rights that no ordinary container has, so what it can run proves nothing for them; run it as another user: setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --inh-caps=-all, or in a container that is not privileged';

/** One turn: where it was tried, what was found, and why nothing could be tried. */
interface Round {
  readonly from: string;
  readonly place: string | null;
  readonly found: readonly Found[];
  readonly why: readonly string[];
}

async function runRound(
  { targets, from }: ChosenTargets & { readonly ok: true },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Round> {
  const found = await findPlace(timeoutMs);
  if (found.ok)
    return {
      from,
      place: found.place.name,
      found: await witness(targets, found.place, timeoutMs, signal),
      why: [],
    };
  const began = performance.now();
  const detail = 'nothing can be executed here';
  return {
    from,
    place: null,
    found: targets.map((target) => ({ target, verdict: 'unknown', detail, began })),
    why: [
      `no program can be executed anywhere here, so nothing is known of any platform (${found.why.join('; ')}); mount a tmpfs with exec at /tmp`,
    ],
  };
}

async function findPlace(timeoutMs: number): ReturnType<typeof findExecutablePlace> {
  const own = targetOf(hostArchitecture());
  const native = own === null ? null : probeBytes(own);
  if (native === null) return { ok: false, why: ['there is no program for this machine'] };
  return findExecutablePlace(native, usualPlaces(process.env), await loadLibc(), timeoutMs);
}

/** null: once. */
function intervalOf(given: unknown): number | null | undefined {
  if (given === undefined) return null;
  const ms = typeof given === 'string' ? parseDuration(given) : undefined;
  return ms !== undefined && ms >= 100 && ms <= 86_400_000 ? ms : undefined;
}

async function targetsFor(
  { config, origins }: ParsedConfig & { readonly ok: true },
  args: readonly string[],
): Promise<ChosenTargets> {
  const said = (path: string): boolean => origins.get(path) !== 'built-in';
  return chooseTargets({
    args,
    required: said('readiness.required') ? config.readiness.required : null,
    platforms: said('platforms') ? config.platforms : null,
    reported: args.length > 0 ? null : await reportedIn(runDirectory(config)),
    provable,
  });
}

/** What it requires is only asked for, so it does not matter whose directory it is. */
async function reportedIn(dir: string): Promise<readonly string[] | null> {
  const machine = await createMachine();
  const text = await machine.readFile(`${dir}/report.json`);
  try {
    const report = text === null ? null : readReportShape(JSON.parse(text));
    return report?.handlers.filter((h) => h.required).map((h) => h.key) ?? null;
  } catch {
    return null; // not JSON
  }
}

function told(round: Round, { format, columns }: Context, compact: boolean): string {
  const platforms = round.found.map(({ target, verdict, detail }) => ({
    target,
    platforms: architectureOf(target)?.platforms ?? [],
    verdict,
    detail,
  }));
  const data = {
    ...{ schema: 1, version, at: Date.now(), verdict: witnessed(round.found) },
    ...{ from: round.from, place: round.place, platforms },
  };
  if (compact && format === 'json') return `${escapeControls(JSON.stringify(data))}\n`;
  return render(data, format, () => {
    const of = (tell: (row: (typeof platforms)[number]) => string): readonly string[] => platforms.map(tell);
    const lines = tableLines(
      [
        { head: '', rank: 0, cells: of((p) => p.platforms[0] ?? p.target) },
        { head: '', rank: 0, cells: of((p) => p.verdict) },
        { head: '', rank: 0, cells: of((p) => p.detail) },
      ],
      columns,
    );
    return lines
      .slice(1)
      .map((line) => `${line}\n`)
      .join('');
  });
}
