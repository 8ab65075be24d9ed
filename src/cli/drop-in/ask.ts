import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { type DropInRequest, platformTargets } from '../../core/drop-in/drop-in.ts';
import { catalogue } from '../../core/platforms/catalogue.ts';
import { lacksEmulator } from '../../core/problems.ts';
import { lackingEmulator } from '../../core/report/lacking.ts';
import type { Report } from '../../core/report/report.ts';
import { askDaemon } from '../ask/ask.ts';
import { oneLine, shortName } from './words.ts';

/** The report of a daemon that answers here: it is then asked, and registers under names of its own. */
export async function daemonReport(config: Config): Promise<Report | null> {
  const answer = await askDaemon(runDirectory(config), { type: 'status' });
  // One that listens and does not answer is no help: then we do as where there is none that can be reached.
  return answer?.type === 'report' ? answer.report : null;
}

/** Has the daemon register and verify; sentences on what failed, none when every platform runs. */
export async function askToInstall(
  config: Config,
  install: NonNullable<DropInRequest['install']>,
  native: readonly string[],
  say: (line: string) => void,
): Promise<readonly string[]> {
  const available = install === 'everything' || install === 'platforms';
  const asked = available ? allOf(install) : install;
  // Of everything that there is, nobody asked for what the host runs by itself.
  for (const target of available ? [] : asked.filter((one) => native.includes(one)))
    say(`installing: ${shortName(target)} OK: the host runs it without emulation`);
  const targets = asked.filter((target) => !native.includes(target));
  // Without names it would be asked for everything that it is configured for.
  if (targets.length === 0) return [];
  const answer = await askDaemon(runDirectory(config), { type: 'install', targets, available });
  if (answer === null) return ['installing: the daemon ended while it was asked; try again'];
  if (answer.type === 'error') return [`installing: the daemon answered ${answer.code}: ${answer.detail}`];
  if (answer.type !== 'report') return ['installing: the daemon answered something else than a report'];
  const { report } = answer;
  // A word for all means what there are emulators for.
  const lacking = available ? lackingEmulator(report, targets) : [];
  if (lacking.length > 0) say(`no emulator here for: ${lacking.map(shortName).join(', ')}`);
  const there = targets.filter((target) => !lacking.includes(target));
  if (there.length > 0) return judgeReport(report, there, say);
  return report.problems
    .filter((p) => lacksEmulator.has(p.code))
    .slice(0, 1)
    .map((p) => `installing: ${oneLine(p)}`);
}

function allOf(word: 'everything' | 'platforms'): readonly string[] {
  return word === 'platforms' ? platformTargets() : catalogue.filter((a) => a.usable).map((a) => a.target);
}

function judgeReport(
  report: Report,
  targets: readonly string[],
  say: (line: string) => void,
): readonly string[] {
  const failures: string[] = [];
  for (const key of targets) {
    const line = `installing: ${shortName(key)}`;
    const h = report.handlers.find((one) => one.key === key);
    const runs = h?.probe?.verdict === 'verified' && (h.state === 'ok' || h.state === 'foreign-ok');
    if (h !== undefined && runs)
      say(`${line} OK: ${h.name}, kept by the daemon (pid ${report.daemon?.pid ?? 'unknown'})`);
    else if (h?.state === 'unverified' && h.platforms.length === 0) say(`${line} OK: ${h.name}, ${h.why}`);
    else
      failures.push(`${line} failed: ${h === undefined ? 'the daemon does not keep it' : h.why || h.state}`);
  }
  return [...failures, ...report.problems.filter((p) => p.code === 'status-zero').map(oneLine)];
}
