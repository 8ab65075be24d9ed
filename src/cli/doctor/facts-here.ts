import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import type { Facts } from '../../core/doctor/facts/facts.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Report } from '../../core/report/report.ts';
import type { Machine } from '../../host/machine.ts';
import { hostNameOf } from '../../host/mounts/host-path.ts';
import { askDaemon } from '../ask/ask.ts';
import { censusHere } from '../ps/known-here.ts';

/** Looks at the host without a daemon: what it saw, or why it could not. `daemon`: there is one, which does not say. */
export type LookAlone = (daemon: boolean) => Promise<Pick<Facts, 'report' | 'refusal'>>;

/** Gathers all facts of this host: of the running daemon, or what can be seen without it. */
export async function factsHere(machine: Machine, config: Config, lookAlone: LookAlone): Promise<Facts> {
  const { report, refusal } = await reportHere(config, lookAlone);
  const interpreters = (report?.entries ?? []).filter(({ flags }) => flags.includes('F'));
  const looked = {
    ...{ main: config.mounts.main, store: hostNameOf(config.interpreters.store) },
    interpreters: [...new Set(interpreters.map(({ interpreter }) => bytesOf(interpreter)))],
  };
  const [signs, census] = await Promise.all([machine.hostSigns(looked), censusHere(machine, config)]);
  return { ...signs, report, refusal, census, main: config.mounts.main };
}

async function reportHere(config: Config, lookAlone: LookAlone): Promise<Pick<Facts, 'report' | 'refusal'>> {
  const reply = await askDaemon(runDirectory(config), { type: 'status' });
  if (reply?.type === 'report') return { report: reply.report satisfies Report, refusal: null };
  return lookAlone(reply !== null);
}
