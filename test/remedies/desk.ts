import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type ProblemCode, problemCatalogue } from '../../src/core/problems.ts';
import { commandsOf } from '../../src/core/report/remedy.ts';
import type { Report, ReportedProblem } from '../../src/core/report/report.ts';
import { targets } from '../e2e/foreign.ts';
import { until } from '../e2e/until.ts';
import { keeper, type World } from '../e2e/world.ts';

/** A shell with `binfmt-keeper` on its PATH, in which a cause is made and a remedy is typed as it was printed. */
export interface Desk {
  readonly world: World;
  /** Types a line and waits for its end. */
  type(line: string): { readonly status: number | null; readonly said: string };
  /** Types a line that stays, such as `binfmt-keeper run`; whatever stayed before is ended first. */
  stay(line: string): Promise<void>;
  /** The problem as a daemon reports it. */
  reported(code: ProblemCode, fits?: (problem: ReportedProblem) => boolean): Promise<ReportedProblem>;
  /** The problem as the log tells it, where no report is written. */
  logged(code: ProblemCode, values?: ReportedProblem['values']): Promise<ReportedProblem>;
  /** A line that ends with that problem; what it printed is the remedy. */
  refused(code: ProblemCode, line: string): ReportedProblem;
  /** The same line says nothing of it any more. */
  passes(code: ProblemCode, line: string): void;
  /** What stays has proved something. */
  started(): Promise<void>;
  /** What is wrong with an entry, with what `status` prints of it. */
  wrong(code: ProblemCode): Promise<ReportedProblem>;
  /** A report of from now on that has no problem of that code and subject. */
  gone(problem: Pick<ReportedProblem, 'code' | 'subject'>): Promise<void>;
  /** Waits until everything is verified. */
  verified(): Promise<void>;
}

/** Makes one in a world; its daemons look again twice a second, at one platform. */
export function createDesk(world: World): Desk {
  const bin = `${world.dir}/bin`;
  mkdirSync(bin);
  writeFileSync(
    `${bin}/binfmt-keeper`,
    `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${keeper}' "$@"\n`,
  );
  chmodSync(`${bin}/binfmt-keeper`, 0o755);
  const settings = [
    `PATH=${bin}:$PATH`,
    'BINFMT_KEEPER_SANDBOX=1',
    `BINFMT_KEEPER_CONFIG=${world.config}`,
    `BINFMT_KEEPER_INTERPRETERS_STORE=${world.store}`,
    `BINFMT_KEEPER_MOUNTS_ANCHOR=${world.anchor}`,
    `BINFMT_KEEPER_PLATFORMS=${targets[0]}`,
    'BINFMT_KEEPER_RESYNC=500ms',
    'BINFMT_KEEPER_ALIASES=off',
  ];
  const shell = (line: string): string[] => ['-c', `export ${settings.join(' ')}; ${line}`];
  let staying: ReturnType<World['child']> | null = null;
  let since = 0;
  let log = '';
  const report = (): Report | null => {
    const file = `${world.run}/report.json`;
    try {
      const read: Report | null = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
      return read !== null && read.at >= since ? read : null;
    } catch {
      return null;
    }
  };
  return {
    world,
    type: (line) => world.command('/bin/sh', ...shell(line)),
    async stay(line) {
      if (staying !== null) {
        const ended = new Promise((resolve) => staying?.once('exit', resolve));
        world.command('pkill', '-TERM', '-P', String(staying.pid));
        staying.kill('SIGTERM');
        await ended;
      }
      since = Date.now();
      staying = world.child('/bin/sh', shell(`exec ${line} 2>&1`));
      staying.stdout?.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
    },
    reported: (code, fits = () => true) =>
      until(`the problem ${code}`, () => report()?.problems.find((p) => p.code === code && fits(p)) ?? null),
    async logged(code, values) {
      const found = await until(`a line of ${code}`, () => {
        const lines = log.split('\n').filter((one) => one.includes(`"problem":"${code}"`));
        return lines.length === 0 ? null : JSON.parse(lines[0] ?? '');
      });
      const { title, severity } = problemCatalogue[code];
      return { code, subject: '', ...found, title, severity, values };
    },
    refused(code, line) {
      const { said } = world.command('/bin/sh', ...shell(line));
      assert.ok(said.includes(code), `${line}: no ${code}: ${said}`);
      const { title, severity } = problemCatalogue[code];
      return { code, subject: '', detail: '', title, severity, remedy: said };
    },
    passes(code, line) {
      const { said } = world.command('/bin/sh', ...shell(line));
      assert.ok(!said.includes(code), `${line}: ${said}`);
    },
    async started() {
      await until('a proof', () => (log.includes('"event":"verified"') ? true : null));
    },
    async wrong(code) {
      const found = await until(`${code} of an entry`, () => {
        const all = report()?.entries.flatMap((entry) => entry.wrong);
        return all?.find((p) => p.code === code) ?? null;
      });
      const { title, severity } = problemCatalogue[code];
      const remedy = world.command('/bin/sh', ...shell('binfmt-keeper status')).said;
      return { ...found, title, severity, remedy };
    },
    async gone({ code, subject }) {
      since = Date.now();
      await until(`an end of ${code}`, () => {
        const read = report();
        if (read === null) return null;
        const wrong = read.entries.flatMap((entry) => entry.wrong);
        return [...read.problems, ...wrong].some((p) => p.code === code && p.subject === subject)
          ? null
          : true;
      });
    },
    async verified() {
      await until('a verified state', () => (report()?.ready === true ? true : null));
    },
  };
}

/** What a remedy gives to type, the one that is meant; it stands in the text that was printed, word by word. */
export function lineOf(problem: ReportedProblem, which: RegExp): string {
  const line = commandsOf(problem).find((one) => which.test(one));
  assert.ok(line !== undefined, `${which} is no command of: ${problem.remedy}`);
  assert.ok(problem.remedy.includes(line), `${line} is not printed: ${problem.remedy}`);
  return line;
}
