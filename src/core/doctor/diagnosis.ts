import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Problem, problemCatalogue } from '../problems.ts';
import { remedyOf } from '../report/remedy.ts';
import type { ReportedProblem } from '../report/report.ts';
import type { Here } from '../text/typed.ts';
import { checks } from './checks.ts';
import type { Facts } from './facts/facts.ts';
import { isUsualContainer } from './reported.ts';

/** What was found, the gravest first. */
export interface Diagnosis {
  readonly schema: 1;
  readonly findings: readonly Finding[];
  /** What could not be looked at, as sentences. */
  readonly unseen: readonly string[];
  /** How many checks were made. */
  readonly checks: number;
  /** In a sentence. */
  readonly summary: string;
}

/** One finding, and which check made it. */
export interface Finding extends ReportedProblem {
  readonly check: string;
}

/** Draws the conclusions from all facts. */
export function diagnose(facts: Facts, here: Here): Diagnosis {
  const found = checks.flatMap(({ id, check }) => check(facts).map((problem) => ({ check: id, problem })));
  const codes = new Set(found.map(({ problem }) => problem.code));
  const told = new Set<string>();
  const findings: Finding[] = [];
  for (const { check, problem } of found) {
    const { title, severity, dependsOn = [] } = problemCatalogue[problem.code];
    const key = `${problem.code}\n${problem.subject}`;
    if (dependsOn.some((cause) => codes.has(cause)) || told.has(key)) continue;
    told.add(key);
    findings.push({ ...problem, title, severity, remedy: remedyOf(problem, here), check });
  }
  findings.sort((a, b) => ranks[a.severity] - ranks[b.severity]);
  return {
    schema: 1,
    findings,
    unseen: unseenOf(facts, here),
    checks: checks.length,
    summary: summaryOf(findings),
  };
}

const ranks = { error: 0, warning: 1, notice: 2 } as const;

function summaryOf(findings: readonly Finding[]): string {
  const count = (severity: Finding['severity']): number =>
    findings.filter((f) => f.severity === severity).length;
  const [errors, warnings, notices] = [count('error'), count('warning'), count('notice')];
  const also = notices === 0 ? '' : `; ${notices} ${notices === 1 ? 'notice' : 'notices'}`;
  if (errors + warnings === 0) return `nothing is wrong${also}`;
  const parts = [plural(errors, 'error'), plural(warnings, 'warning')].filter((part) => part !== '');
  return `${parts.join(', ')}${also}`;
}

function plural(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
}

function unseenOf(facts: Facts, { command }: Here): readonly string[] {
  const { report, refusal, census, denials, privileged, hostMounts } = facts;
  const entries = isUsualContainer(facts)
    ? `the entries of the host, which serve in a container all the same; whether they do: ${command} witness linux/arm64`
    : `the entries of the instance${refusal === null ? '' : `: ${refusal.detail}`}`;
  return [
    ...(report === null ? [entries] : []),
    ...(hostMounts ? [] : ['the mounts of the host: this is a mount namespace of its own']),
    ...(census.sight.whole ? [] : [`the processes of the host: ${census.sight.why}`]),
    ...(denials === null
      ? [`the kernel log and the audit log${privileged ? '' : ', for which root is needed'}`]
      : []),
  ];
}

/** 1 where something is wrong, 3 where nothing is known to be, but what matters could not be seen. */
export function exitOfDiagnosis({ findings }: Diagnosis, facts: Facts): ExitCode {
  const { report, refusal } = facts;
  const unseen = refusal === null || blind.has(refusal.code) || isUsualContainer(facts);
  if (report === null && unseen) return exitCodes.notPermitted;
  return findings.some(({ severity }: Pick<Finding, 'severity'> & Problem) => severity !== 'notice')
    ? exitCodes.failed
    : exitCodes.ok;
}

/** Reasons that say nothing of the host. */
const blind: ReadonlySet<string> = new Set(['no-permission', 'foreign-namespace', 'partial-view']);
