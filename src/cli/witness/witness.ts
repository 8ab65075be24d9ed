import { setTimeout as sleep } from 'node:timers/promises';
import type { ParsedConfig } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { resolvePlatform } from '../../core/platforms/platforms.ts';
import { parseDuration } from '../../core/text/duration.ts';
import { visible } from '../../core/text/visible.ts';
import { parseAcknowledgement, printMessage } from '../../core/witness/message.ts';
import { type ChosenTargets, chooseTargets } from '../../core/witness/targets.ts';
import { witnessed } from '../../core/witness/witness.ts';
import { createMachine } from '../../host/machine.ts';
import { sendMessage } from '../../host/net/witness-socket.ts';
import { provable } from '../../host/probe/files.ts';
import { isPrivileged } from '../../host/system/rights.ts';
import type { Context } from '../terminal/context.ts';
import { type Round, runRound } from './round.ts';
import { roundText } from './text.ts';

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
  const { 'report-to': to } = context.flags;
  let before = '';
  for (;;) {
    const round = await runRound(chosen, parsed.config.probe.timeout, stop.signal);
    if (stop.signal.aborted) return everyMs === null ? exitCodes.failed : exitCodes.ok;
    const untold = typeof to === 'string' ? await report(to, round) : null;
    const faults = [...round.why, ...(untold === null ? [] : [`the keeper was not told: ${untold}`])];
    const essence = JSON.stringify([faults, round.found.map(({ target, verdict }) => [target, verdict])]);
    if (essence !== before) {
      refuse(faults, exitCodes.notPermitted);
      context.out(roundText(round, context, everyMs !== null));
    }
    before = essence;
    const exit = exitOf[witnessed(round.found)];
    if (everyMs === null) return exit === exitCodes.ok && untold !== null ? exitCodes.notPermitted : exit;
    await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => {});
    if (stop.signal.aborted) return exitCodes.ok;
  }
}

/** Tells the keeper; why not, where that fails. */
async function report(path: string, { found }: Round): Promise<string | null> {
  const now = performance.now();
  const results = found.map(({ began, ...result }) => ({ ...result, ageMs: now - began }));
  try {
    return parseAcknowledgement(await sendMessage(path, printMessage(results), answerMs));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const answerMs = 5000;

const exitOf = {
  runs: exitCodes.ok,
  fails: exitCodes.failed,
  unknown: exitCodes.notPermitted,
} as const;

const privileged =
  'this process has rights that no ordinary container has, so what it can run proves nothing for them; run it as another user: setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all --inh-caps=-all, or in a container that is not privileged';

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
  const said = (path: string): boolean => origins.get(path)?.kind !== 'built-in';
  return chooseTargets({
    args,
    required: said('readiness.required') ? platformsIn(config.readiness.required) : null,
    platforms: said('platforms') ? config.platforms : null,
    reported: args.length > 0 ? null : await reportedIn(runDirectory(config)),
    provable,
  });
}

/** Handlers of the user's own and adopted entries have no probe that a witness could run. */
function platformsIn(required: 'auto' | readonly string[]): 'auto' | readonly string[] | null {
  if (required === 'auto') return required;
  const platforms = required.filter((name) => 'target' in resolvePlatform(name));
  return platforms.length === 0 && required.length > 0 ? null : platforms;
}

/** What it requires is only asked for, so it does not matter whose directory it is. */
async function reportedIn(dir: string): Promise<readonly string[] | null> {
  const machine = await createMachine();
  const text = await machine.readFile(`${dir}/report.json`);
  try {
    if (text === null) return null;
    const { readReportShape } = await import('../ask/report-schema.ts');
    const report = readReportShape(JSON.parse(text));
    const required = report?.handlers.filter((h) => h.required && h.proof === 'probe');
    return required?.map((h) => h.key) ?? null;
  } catch {
    return null; // not JSON
  }
}
