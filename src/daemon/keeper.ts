import type { Logger } from 'pino';
import { acceptHandler } from '../core/acceptance.ts';
import type { Config } from '../core/config.ts';
import { runDirectory } from '../core/config.ts';
import type { Desired } from '../core/desired.ts';
import { identify } from '../core/memory.ts';
import { isRemovable } from '../core/ownership.ts';
import { resolvePlatform } from '../core/platforms.ts';
import type { Problem, ProblemCode } from '../core/problems.ts';
import { composeReport, type HandlerReport, type Report } from '../core/report.ts';
import type { Instance } from '../host/instance.ts';
import type { Machine } from '../host/machine.ts';
import type { ProbeVerdict } from '../host/probe.ts';
import { createCanaryWatch } from './canary.ts';
import { createHistory } from './history.ts';
import { createMemory } from './memory.ts';
import type { MountKeeper } from './mend-mounts.ts';
import { createObtain } from './obtain.ts';
import { type Accept, type HostIdentity, type Obtain, prepareWorld, type World } from './prepare.ts';
import { createRepair, type Repair, type Repaired } from './repair.ts';
import { createTurns } from './turns.ts';
import { createVerifyQueue, type Verified } from './verify.ts';

/** What a keeper works on; everything that it needs of the machine arrives here. */
export interface KeeperParts {
  readonly machine: Machine;
  readonly instance: Instance;
  readonly host: HostIdentity;
  readonly mounts: MountKeeper;
  readonly probes: ReadonlyMap<string, string>;
  readonly logger: Logger;
  readonly version: string;
  readonly accept?: Accept;
  /** How interpreters are made ready; deployed by default. */
  readonly obtain?: (machine: Machine, config: Config) => Obtain;
  /** Looks and probes, but repairs nothing and records nothing. */
  readonly passive?: boolean;
}

/** One keeper of one instance: repair, verification and the account of both. */
export interface Keeper {
  /** Applies a configuration: everything is prepared first, then repaired in one go. */
  configure(config: Config): Promise<void>;
  look(): void;
  lookAtAll(): void;
  /** Queues a probe of every handler; resolves when all that waits has run. */
  verifyAll(): Promise<void>;
  report(): Report;
  problem(code: ProblemCode, subject: string, detail: string | null): void;
  sources(): readonly string[];
  /** Takes away what is ours, all of it or the handlers of these keys; returns the names. */
  remove(keys: readonly string[] | 'all'): {
    readonly removed: readonly string[];
    readonly failed: readonly string[];
  };
  close(): Promise<void>;
}

/** Makes a keeper that does nothing until it is configured. */
export async function createKeeper(parts: KeeperParts, first: Config, changed: () => void): Promise<Keeper> {
  const { machine, instance, host, mounts, logger } = parts;
  const since = Date.now();
  const boot = machine.bootId();
  const dir = runDirectory(first);
  const loaded = await machine.loadState(dir, boot);
  const memory = createMemory(
    (loaded.state?.entries ?? []).map((e) => [
      e.name,
      { id: { dev: e.dev, ino: e.ino, ctimeMs: e.ctimeMs }, interpreter: e.interpreter },
    ]),
  );
  const canaries = createCanaryWatch(machine, instance, memory, loaded.state?.canary ?? []);
  const history = createHistory();
  const standing = new Map<string, Problem>();
  const results = new Map<string, Verified>();
  const retried = new Map<string, number>();
  let config = first;
  let world: World | null = null;
  let repair: Repair = createRepair(instance, nothingDesired, memory);
  let settled = false;
  let saving: NodeJS.Timeout | null = null;
  let closed = false;

  const setProblem = (code: ProblemCode, subject: string, detail: string | null): void => {
    const key = `${code} ${subject}`;
    const known = standing.get(key);
    if (detail === null) {
      if (standing.delete(key)) logger.info({ problem: code, subject }, `solved: ${code}`);
    } else if (known?.detail !== detail) {
      standing.set(key, { code, subject, detail });
      logger.warn({ problem: code, subject, detail }, `problem: ${code}`);
    }
    changed();
  };
  if (loaded.setAside !== null) setProblem('state-unreadable', loaded.setAside.path, loaded.setAside.why);

  const save = (): void => {
    if (saving !== null) return;
    saving = setTimeout(() => {
      saving = null;
      void saveNow();
    }, 50);
  };
  const saveNow = async (): Promise<void> => {
    const entries = [...memory.records].map(([name, { id, interpreter }]) => ({
      name,
      ...id,
      interpreter: interpreter === null ? null : { path: '', ...interpreter },
    }));
    const outcome = await machine.saveState(dir, {
      schema: 1,
      bootId: boot,
      entries,
      canary: canaries.tried(),
    });
    setProblem('state-unreadable', dir, outcome.ok ? null : `cannot be written: ${outcome.message}`);
  };

  const onRepaired = (repaired: Repaired, tookMs: number): void => {
    for (const { task, failed, registered } of repaired.results) {
      const handler = world?.desired.handlers.find((h) => h.key === task.key);
      const name = handler?.registration.name ?? firstName(task.steps) ?? 'status';
      if (failed !== null) {
        setProblem('register-failed', name, `${failed.step.action}: ${failed.message}`);
        if (failed.code === 'EROFS') void mounts.mend('read-only').then(() => turns.lookAtAll());
        continue;
      }
      setProblem('register-failed', name, null);
      if (settled) {
        const { reason, why } = task;
        history.add({ at: Date.now(), key: task.key ?? '', name, reason, why, tookMs });
        logger.info({ handler: name, reason, why, goneMs: round(tookMs) }, `healed ${name}: ${reason}`);
      }
      if (registered.size > 0) save();
      if (handler !== undefined) queue(handler.key);
    }
    const fresh = repaired.results.flatMap((r) =>
      (world?.desired.handlers ?? []).filter((h) => h.key === r.task.key && r.registered.size > 0),
    );
    void canaries.check(fresh).then(({ takenBack, why }) => {
      if (takenBack.length === 0) return;
      for (const h of takenBack) setProblem('canary-failed', h.registration.name, why);
      drop(new Set(takenBack.map((h) => h.key)));
    });
    changed();
  };
  const turns = createTurns(() => (parts.passive ? idle : repair), onRepaired);

  /** A handler that stops native programs is not wanted any more, whatever the configuration says. */
  const drop = (keys: ReadonlySet<string>): void => {
    if (world === null) return;
    const handlers = world.desired.handlers.filter((h) => !keys.has(h.key));
    world = { ...world, desired: { ...world.desired, handlers } };
    repair = createRepair(instance, world.desired, memory);
    changed();
  };

  const queue = (key: string): void => {
    if (closed || !config.probe.enabled) return;
    const view = repair.view().handlers.find((v) => v.handler.key === key);
    const file = world?.info.get(key)?.probe ?? null;
    if (view === undefined || file === null) return;
    const serving = view.state === 'foreign-ok' ? view.foreign : view.entry;
    const foreign = view.state === 'foreign-ok';
    const keepsArgv0 = !foreign && view.handler.registration.flags.includes('P');
    const argv0 = keepsArgv0 ? 'binfmt-keeper-probe' : file;
    verifier.add({
      key,
      generation: serving === null ? '' : identify(serving),
      run: () =>
        machine.runProbe({
          file,
          argv0,
          answer: argv0,
          expected: foreign ? null : view.handler.interpreter,
          timeoutMs: config.probe.timeout,
        }),
    });
  };

  const onVerified = (verified: Verified): void => {
    const view = repair.view().handlers.find((v) => v.handler.key === verified.key);
    if (view === undefined) return;
    const serving = view.state === 'foreign-ok' ? view.foreign : view.entry;
    if (serving !== null && identify(serving) !== verified.generation) return queue(verified.key);
    const { verdict, detail } = verified.result;
    const before = results.get(verified.key)?.result.verdict;
    results.set(verified.key, verified);
    const name = view.handler.registration.name;
    for (const [v, code] of Object.entries(problemOf)) setProblem(code, name, v === verdict ? detail : null);
    if (verdict !== before)
      logger[verdict === 'verified' ? 'info' : 'warn'](
        { handler: name, verdict, detail, tookMs: round(verified.result.tookMs) },
        `${verdict}: ${name}`,
      );
    if (view.state === 'foreign-ok' && serving !== null) {
      memory.verdicts.set(verified.generation, verdict === 'verified' ? 'works' : 'broken');
      turns.lookAtAll();
    } else if (
      verdict === 'wrong-interpreter' &&
      (retried.get(verified.key) ?? 0) < performance.now() - 60_000
    ) {
      retried.set(verified.key, performance.now());
      memory.mistrusted.add(verified.key);
      turns.lookAtAll();
    } else if (verdict === 'not-registered') turns.lookAtAll();
    changed();
  };
  const verifier = createVerifyQueue(onVerified);

  const verifyAll = async (): Promise<void> => {
    for (const h of world?.desired.handlers ?? []) queue(h.key);
    await verifier.idle();
  };

  const handlerReports = (): HandlerReport[] => {
    const view = repair.view();
    return view.handlers.map(({ handler, state, why, entry, foreign }) => {
      const info = world?.info.get(handler.key);
      const last = results.get(handler.key);
      const serving = state === 'foreign-ok' ? foreign : entry;
      const current = last !== undefined && serving !== null && last.generation === identify(serving);
      const probed = current && last.result.verdict === 'verified';
      const fine = state === 'ok' || state === 'foreign-ok';
      return {
        key: handler.key,
        platforms: handler.platforms,
        name: handler.registration.name,
        state: fine && !probed ? 'unverified' : state,
        why: fine && !probed ? unproven(info?.probe ?? null, current ? last : undefined) : why,
        flags: serving?.flags ?? '',
        interpreter: serving?.interpreter ?? handler.registration.interpreter,
        version: state === 'foreign-ok' ? null : (info?.version ?? null),
        owner: serving === null ? 'none' : state === 'foreign-ok' ? 'foreign' : 'keeper',
        required: isRequired(config, handler.key, info?.probe ?? null),
        probe: current ? toProbe(last) : null,
        heals: history.of(handler.key),
      };
    });
  };

  const problems = (): Problem[] => {
    const statusZero: Problem[] =
      repair.view().observed.enabled === false
        ? [{ code: 'status-zero', subject: 'status', detail: 'emulation is switched off by 0 in status' }]
        : [];
    const storms = repair
      .storms(performance.now())
      .map(
        (key): Problem => ({ code: 'heal-storm', subject: key, detail: 'more than 20 heals within 10 s' }),
      );
    const shadowed = repair
      .view()
      .handlers.filter((v) => v.state === 'shadowed')
      .map((v): Problem => ({ code: 'shadowed', subject: v.handler.registration.name, detail: v.why }));
    return [
      ...(world?.problems ?? []),
      ...mounts.problems(),
      ...standing.values(),
      ...statusZero,
      ...storms,
      ...shadowed,
    ];
  };

  return {
    async configure(next) {
      const prepared = await prepareWorld(
        machine,
        next,
        host,
        (parts.obtain ?? createObtain)(machine, next),
        parts.probes,
        parts.accept ?? acceptHandler,
      );
      config = next;
      world = prepared;
      repair = createRepair(instance, prepared.desired, memory);
      if (parts.passive) return;
      settled = false;
      turns.lookAtAll();
      settled = true;
      const { handlers } = prepared.desired;
      logger.info({ handlers: handlers.map((h) => h.key) }, `registered ${handlers.length} handlers`);
      for (const p of prepared.problems) logger.warn({ ...p }, `problem: ${p.code}`);
      for (const h of handlers) queue(h.key);
      save();
      changed();
    },
    look: turns.look,
    lookAtAll: turns.lookAtAll,
    verifyAll,
    report: () =>
      composeReport({
        version: parts.version,
        at: Date.now(),
        daemon: { pid: process.pid, since },
        handlers: handlerReports(),
        leftOut: world?.leftOut ?? [],
        problems: problems(),
        mounts: mounts.describe(),
        heals: { total: history.total(), recent: history.recent() },
      }),
    problem: setProblem,
    sources: () => world?.sources ?? [],
    remove(keys) {
      const removed: string[] = [];
      const failed: string[] = [];
      const desired = world?.desired ?? nothingDesired;
      for (const entry of repair.view().observed.entries) {
        const named = keys === 'all' || keys.some((key) => entry.name === `${desired.prefix}${key}`);
        if (!named || !isRemovable(entry, desired, memory)) continue;
        const outcome = instance.change(entry.name, '-1', entry.id);
        (outcome.ok ? removed : failed).push(entry.name);
        memory.records.delete(entry.name);
      }
      return { removed, failed };
    },
    async close() {
      closed = true;
      turns.close();
      if (saving !== null) clearTimeout(saving);
      await verifier.idle();
      if (parts.passive !== true || saving !== null) await saveNow();
    },
  };
}

const idle: Pick<Repair, 'own' | 'full'> = {
  own: () => ({ results: [], again: null }),
  full: () => ({ results: [], again: null }),
};

const nothingDesired: Desired = {
  handlers: [],
  precedence: 'ours',
  onStatusZero: 'respect',
  prefix: '',
  store: '',
};

const problemOf: Readonly<Record<Exclude<ProbeVerdict, 'verified'>, ProblemCode>> = {
  'not-registered': 'probe-not-registered',
  'interpreter-missing': 'probe-interpreter-missing',
  permission: 'probe-permission',
  killed: 'probe-killed',
  hung: 'probe-hung',
  'wrong-interpreter': 'probe-wrong-interpreter',
  'wrong-answer': 'probe-wrong-answer',
};

function isRequired(config: Config, key: string, probe: string | null): boolean {
  const { required } = config.readiness;
  if (required === 'auto') return probe !== null && config.probe.enabled;
  return required.some((name) => {
    const found = resolvePlatform(name);
    return 'target' in found && found.target === key;
  });
}

function unproven(probe: string | null, last: Verified | undefined): string {
  if (probe === null) return 'there is no probe for it';
  return last === undefined ? 'the probe has not run yet' : `${last.result.verdict}: ${last.result.detail}`;
}

function toProbe({ result, at }: Verified): HandlerReport['probe'] {
  return { verdict: result.verdict, detail: result.detail, at, tookMs: round(result.tookMs) };
}

function firstName(steps: readonly { action: string; name?: string }[]): string | undefined {
  return steps.find((s) => s.name !== undefined)?.name;
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
