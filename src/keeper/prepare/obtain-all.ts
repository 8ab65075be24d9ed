import type { Config } from '../../core/config/config.ts';
import { machinesOf } from '../../core/entries/machines.ts';
import { resolvePlatform } from '../../core/platforms/platforms.ts';
import { lacksEmulator, type Problem } from '../../core/problems.ts';
import type { Places } from '../../host/mounts/facet.ts';
import type { Namespaces } from '../../host/system/facet.ts';
import type { Candidate } from './candidate.ts';
import { noticeStore } from './elsewhere.ts';
import { ownCandidates } from './own-candidates.ts';
import { type Gathered, type GatheredPlatforms, platformCandidates } from './platform-candidates.ts';
import type { Selected } from './select.ts';
import type { World } from './world.ts';

/** What is wanted, with everything that could be made ready for it. */
export interface Obtained extends Selected {
  readonly candidates: readonly Candidate[];
  readonly unready: Gathered['unready'];
  readonly leftOut: World['leftOut'];
  readonly unmet: World['unmet'];
  readonly problems: readonly Problem[];
  readonly sources: readonly string[];
}

/** Second step: interpreters are made ready; where that fails, what was registered for one goes on. */
export async function obtainAll(from: Selected): Promise<Obtained> {
  const { machine, config, chosen, obtain, probes, recalled, host, former } = from;
  const made = await platformCandidates(
    { machine, config, kernel: host.kernel, probes, obtain, recalled, known: former.info },
    chosen.chosen,
  );
  const own = await ownCandidates(
    machine,
    config.handlers,
    recalled,
    machinesOf(host.native, host.runsNatively),
  );
  const lacking = accountOf(config, made);
  return {
    ...from,
    candidates: [...made.candidates, ...own.candidates],
    unready: [...made.unready, ...own.unready],
    leftOut: [...chosen.leftOut, ...lacking.leftOut],
    unmet: [...chosen.missing, ...lacking.unmet, ...own.unmet],
    problems: [
      ...(obtain.problems ?? []),
      ...chosen.faults.map((f) => ({ code: 'config-invalid' as const, subject: f.given, detail: f.why })),
      ...(await storeNotice(machine, config, made.candidates)),
      ...made.problems,
      ...lacking.problems,
      ...own.problems,
    ],
    // Not those of own handlers: where one comes to hang, the watch of files would keep the process from ending.
    sources: made.sources,
  };
}

/** What is to be said of platforms without a handler: a word for all means all that there are, if any. */
function accountOf({ platforms: asked, readiness }: Config, made: GatheredPlatforms) {
  const leftOut: World['leftOut'][number][] = [];
  const unmet: World['unmet'][number][] = [];
  const problems: Problem[] = [];
  const required = readiness.required === 'auto' ? [] : readiness.required.map(resolvePlatform);
  const isNeeded = (target: string): boolean => required.some((r) => 'target' in r && r.target === target);
  for (const { architecture, problem } of made.failed) {
    const { target, platforms } = architecture;
    const merely = lacksEmulator.has(problem.code) && made.candidates.length > 0 && !isNeeded(target);
    // An emulator that lies ready and is not registered is no lack.
    const lacks = problem.code !== 'not-registered';
    if (lacks && asked === 'all' && (platforms.length === 0 || merely))
      leftOut.push({ target, why: problem.detail, kind: 'no-emulator' });
    else {
      problems.push(problem);
      unmet.push({ target, platforms, why: problem.detail });
    }
  }
  return { leftOut, unmet, problems };
}

async function storeNotice(
  machine: Namespaces & Places,
  { interpreters: { deploy, store } }: Config,
  made: readonly Candidate[],
): Promise<readonly Problem[]> {
  if (deploy !== 'copy' || made.every((c) => c.handler.held === true)) return [];
  const notice = await noticeStore(machine, store);
  return notice === null ? [] : [notice];
}
