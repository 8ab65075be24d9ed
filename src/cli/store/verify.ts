import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { problemCatalogue } from '../../core/problems.ts';
import { remedyOf } from '../../core/report/remedy.ts';
import type { ReportedProblem } from '../../core/report/report.ts';
import type { StoreFinding } from '../../core/store/findings.ts';
import { visible } from '../../core/text/visible.ts';
import { createMachine } from '../../host/machine.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { problemLines } from '../terminal/problem-text.ts';
import { withProgress } from '../terminal/progress.ts';
import { openStore } from './open.ts';

/** `store verify`: reads every deployed file again and says what is not as it should be. */
export async function storeVerify(context: Context, config: Config): Promise<ExitCode> {
  const store = await openStore(context, await createMachine(), config);
  if (store === null) return exitCodes.failed;
  const findings = await withProgress(context, () => `reading ${store.dir} again`, store.verify());
  const { listed, found } = await store.contents();
  const problems = findings.map((finding) => problemOf(context, finding));
  const data = { store: store.dir, files: found.length, listed: listed.length, findings: problems };
  context.out(
    render(data, context.format, () =>
      problems.length === 0 ? `${wellText(store.dir, found.length)}\n` : `${faultText(context, problems)}\n`,
    ),
  );
  return problems.length === 0 ? exitCodes.ok : exitCodes.failed;
}

function wellText(dir: string, count: number): string {
  if (count === 0) return `no interpreter is deployed in ${visible(dir)}`;
  const what = count === 1 ? 'the interpreter' : `all ${count} interpreters`;
  return `${what} in ${visible(dir)} ${count === 1 ? 'is' : 'are'} as deployed`;
}

function problemOf({ here }: Context, { path, code, message }: StoreFinding): ReportedProblem {
  const { title, severity } = problemCatalogue[code];
  const target = /^qemu-([\w]+)/.exec(path.slice(path.lastIndexOf('/') + 1))?.[1];
  const values = { FILE: bytesOf(path), ...(target === undefined ? {} : { PLATFORM: target }) };
  const problem = { code, subject: path, detail: message, values };
  return { ...problem, title, severity, remedy: remedyOf(problem, here) };
}

function faultText({ columns, style, here }: Context, problems: readonly ReportedProblem[]): string {
  const codes = [...new Set(problems.map(({ code }) => code))];
  return codes
    .flatMap((code) =>
      problemLines(
        problems.filter((p) => p.code === code),
        { columns, style, here },
      ),
    )
    .join('\n');
}
