import type { Report, ReportedProblem } from '../report/report.ts';
import { html, icon, identifier, literal, type Markup } from './html.ts';

const severities = ['error', 'warning', 'notice'] as const;
const icons = { error: 'bad', warning: 'warn', notice: 'idle' } as const;
const shownAtOnce = 3;

/** What is wrong, the worst first: each kind once, with what to do, and everything that it is true of. */
export function problemsSection(report: Report): Markup {
  const { problems } = report;
  if (problems.length === 0) return html``;
  const codes = [...new Set(problems.map((p) => p.code))];
  const kinds = codes.map((code) => problems.filter((p) => p.code === code));
  const sorted = severities.flatMap((severity) => kinds.filter(([first]) => first?.severity === severity));
  return html`<section id="problems" aria-labelledby="problems-h">
    <h2 id="problems-h">Problems <span class="count">${problems.length}</span></h2>
    ${sorted.map(kindOf)}
  </section>`;
}

function kindOf(problems: readonly ReportedProblem[]): Markup {
  const first = problems[0];
  if (first === undefined) return html``;
  const rest = problems.slice(shownAtOnce);
  return html`<article id="${identifier('p', first.code)}" class="problem ${icons[first.severity]}">
    <h3>${icon(icons[first.severity])}<span class="word">${first.severity}</span> ${first.title} <code>${first.code}</code></h3>
    <ul class="subjects">${problems.slice(0, shownAtOnce).map(subjectOf)}</ul>
    ${
      rest.length === 0
        ? null
        : html`<details><summary>${rest.length} more</summary><ul class="subjects">${rest.map(subjectOf)}</ul></details>`
    }
    ${[...new Set(problems.map((p) => p.remedy))].map(remedyOf)}
  </article>`;
}

function remedyOf(remedy: string): Markup {
  return html`<p class="remedy"><strong>What to do:</strong> ${remedy}</p>`;
}

function subjectOf({ subject, detail }: ReportedProblem): Markup {
  return subject === ''
    ? html`<li>${detail}</li>`
    : html`<li>${literal(subject)}<span class="detail">${detail}</span></li>`;
}
