import { type HandlerReport, isEmptied, isProven, type Report } from '../report/report.ts';
import { lasted } from '../text/duration.ts';
import { usualCommand } from '../text/typed.ts';
import { html, type IconName, icon, identifier, literal, type Markup } from './html.ts';
import { moment } from './time.ts';

/** The one thing that somebody woken at night wants to know first. */
export interface Verdict {
  readonly mood: IconName;
  readonly word: string;
  /** What it means, in a sentence. */
  readonly lead: string;
}

/** Judges a report: is it well, and if not, in which way. */
export function verdictOf(report: Report): Verdict {
  const failing = failingOf(report);
  const count = (severity: string): number => report.problems.filter((p) => p.severity === severity).length;
  const errors = count('error');
  const warnings = count('warning');
  if (report.daemon === null)
    return { mood: 'bad', word: 'No keeper runs', lead: 'Nothing heals what gets lost.' };
  if (report.problems.some((p) => p.code === 'locked-by-another'))
    return {
      mood: 'wait',
      word: 'Standing by',
      lead: 'Another keeper serves; this one takes over when it ends.',
    };
  if (report.problems.some((p) => p.code === 'dangerous-entry'))
    return {
      mood: 'bad',
      word: 'Programs of this host do not start',
      lead: 'An entry takes them. It is named below, with the line that removes it.',
    };
  if (!report.ready && errors === 0 && failing.length > 0 && failing.every(isWaiting))
    return {
      mood: 'wait',
      word: 'Checking',
      lead: 'Not ready yet: a program of each platform is being run.',
    };
  if (isEmptied(report))
    return {
      mood: 'warn',
      word: 'Nothing is kept',
      lead: 'Everything was uninstalled by request, so this host is not ready.',
    };
  if (!report.ready)
    return {
      mood: 'bad',
      word: 'Not ready',
      lead:
        failing.length === 0
          ? 'Nothing that was proven before can be relied on now.'
          : `${failing.length} of ${report.handlers.filter((h) => h.required).length} required platforms do not run programs, or nothing proves that they do.`,
    };
  if (report.handlers.length === 0 && errors === 0)
    return {
      mood: 'wait',
      word: 'Nothing to keep',
      lead: 'No platform is wanted, or the keeper has just started.',
    };
  if (report.paused !== null)
    return {
      mood: 'pause',
      word: 'Paused',
      lead: 'All required platforms run, but what gets lost now stays lost.',
    };
  if (errors + warnings > 0)
    return {
      mood: 'warn',
      word: 'Works, needs attention',
      lead: `All required platforms run. ${[counted(errors, 'error'), counted(warnings, 'warning')].filter((t) => t !== '').join(' and ')} below.`,
    };
  return { mood: 'ok', word: 'All well', lead: 'A program of every required platform ran here.' };
}

/** The top of the page: the verdict, the summary, what fails, and the figures that say how calm the night was. */
export function verdictSection(report: Report): Markup {
  const { mood, word, lead } = verdictOf(report);
  const { at, paused } = report;
  const lost = report.handlers.flatMap((h) => h.lostAt ?? []);
  const required = report.handlers.filter((h) => h.required);
  const gone = required.reduce((sum, h) => sum + h.unavailableMs, 0);
  const fails = failingOf(report);
  return html`<section id="verdict" class="verdict ${mood}" aria-labelledby="word">
    <h2 id="word">${icon(mood)}${word}</h2>
    <p id="summary" class="lead" role="status" aria-live="polite">${lead} <span class="sum">${report.summary}; ${report.ready ? 'ready' : 'not ready'}.</span></p>
    ${
      fails.length === 0
        ? null
        : html`<p class="fails">Not proven: ${fails.map(
            (h) =>
              html` <a href="#${identifier('h', h.name)}">${literal(h.platforms[0] ?? h.name)}<small> ${h.state}</small></a>`,
          )}</p>`
    }
    ${
      paused === null
        ? null
        : html`<p class="paused">${icon('pause')}<span><strong>Healing is paused</strong> since ${moment(paused.since, at)}, ${
            paused.until === null ? html`until somebody resumes` : html`ends ${moment(paused.until, at)}`
          }. Go on at once: <code>${report.daemon?.command ?? usualCommand} resume</code></span></p>`
    }
    <dl class="figures">
      <div><dt>Ready</dt><dd>${report.ready ? 'yes' : 'no'}</dd></div>
      <div><dt>Required and proven</dt><dd><a href="#platforms">${required.length - fails.length} of ${required.length}</a></dd></div>
      <div><dt>Problems</dt><dd>${report.problems.length === 0 ? 'none' : html`<a href="#problems">${report.problems.length}</a>`}</dd></div>
      <div><dt>Last loss</dt><dd>${lost.length === 0 ? 'none' : moment(Math.max(...lost), at)}</dd></div>
      <div><dt>Heals since start</dt><dd><a href="#timeline">${report.heals.total}</a></dd></div>
      <div><dt>Out of service since start</dt><dd>${required.length === 0 ? 'nothing is required' : gone === 0 ? 'never' : lasted(gone)}</dd></div>
    </dl>
  </section>`;
}

/** Required platforms that no probe has proven under what serves now. */
function failingOf(report: Report): readonly HandlerReport[] {
  return report.handlers.filter((h) => h.required && !isProven(h));
}

function isWaiting(handler: HandlerReport): boolean {
  return handler.state === 'unverified' && handler.probe === null;
}

function counted(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
}
