import type { Config } from '../../core/config/config.ts';
import { diagnose, exitOfDiagnosis } from '../../core/doctor/diagnosis.ts';
import type { Facts } from '../../core/doctor/facts/facts.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { createMachine } from '../../host/machine.ts';
import { diagnosisText } from '../doctor/diagnosis-text.ts';
import { factsHere, type LookAlone } from '../doctor/facts-here.ts';
import { fix } from '../doctor/fix.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { withProgress } from '../terminal/progress.ts';
import { oneShot, readReport } from './one-shot.ts';
import { everything, looking, seen } from './status.ts';

/** Checks this host and says what to do; with --fix does what is safe, and looks again. */
export async function doctor(context: Context, config: Config): Promise<ExitCode> {
  const machine = await createMachine();
  const look = async (): Promise<Facts> =>
    withProgress(
      context,
      () => 'looking at this host',
      factsHere(machine, config, lookingAlone(context, config)),
    );
  let facts = await look();
  if (context.flags.fix === true && (await fix(context, diagnose(facts, context.here), config.mounts.main)))
    facts = await look();
  const diagnosis = diagnose(facts, context.here);
  context.out(render(diagnosis, context.format, () => diagnosisText(diagnosis, context)));
  return exitOfDiagnosis(diagnosis, facts);
}

/** What `status` sees without a daemon; why it cannot is a finding here. */
function lookingAlone(context: Context, config: Config): LookAlone {
  return async (daemon) => {
    // Only root may ask; what the daemon writes for everybody is as new.
    const written = daemon ? await readReport(await createMachine(), config) : null;
    if (written !== null) return { report: written, refusal: null };
    let found: Pick<Facts, 'report' | 'refusal'> = { report: null, refusal: null };
    const refused = (code: NonNullable<Facts['refusal']>['code'], detail: string): void => {
      found = { report: null, refusal: { code, detail } };
    };
    await oneShot(context, config, { ...looking(context, everything), refused }, async (held) => {
      found = { report: await seen(context, held, everything), refusal: null };
      return exitCodes.ok;
    });
    return found;
  };
}
