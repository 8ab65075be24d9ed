import { lossWords, servedMeanwhile } from '../report/log-words.ts';
import type { HealReport, Report } from '../report/report.ts';
import { lasted } from '../text/duration.ts';
import { html, identifier, literal, type Markup } from './html.ts';
import { moment } from './time.ts';

const together = 1000;
const shownAtOnce = 10;

/** What got lost and came back, the newest first; what was lost at one blow is one line. */
export function timelineSection(report: Report): Markup {
  const { heals, daemon, paused, at } = report;
  const events = [
    ...blows(heals.recent).map((blow) => ({ at: blow[0].at, line: blowLine(blow, report) })),
    ...(daemon === null
      ? []
      : [
          {
            at: daemon.since,
            line: html`<li id="t-start" class="other">${moment(daemon.since, at)}<div>The keeper started, with pid ${daemon.pid}.</div></li>`,
          },
        ]),
    ...(paused === null
      ? []
      : [
          {
            at: paused.since,
            line: html`<li id="t-pause" class="other">${moment(paused.since, at)}<div>Healing was paused.</div></li>`,
          },
        ]),
  ].toSorted((a, b) => b.at - a.at);
  const rest = events.slice(shownAtOnce);
  // What is kept outlives a daemon, the total does not.
  const seen = heals.recent.filter((h) => daemon !== null && h.at >= daemon.since).length;
  const older = Math.max(0, heals.total - seen);
  return html`<section id="timeline" aria-labelledby="timeline-h">
    <h2 id="timeline-h">Losses and heals <span class="count">${heals.recent.length + older}</span></h2>
    ${heals.recent.length === 0 ? html`<p class="none">Nothing was lost since the keeper started.</p>` : null}
    <ol class="timeline">${events.slice(0, shownAtOnce).map((e) => e.line)}</ol>
    ${
      rest.length === 0
        ? null
        : html`<details id="t-more"><summary>${rest.length} earlier</summary><ol class="timeline">${rest.map((e) => e.line)}</ol></details>`
    }
    ${older > 0 ? html`<p class="none">${older} older ones are not kept.</p>` : null}
  </section>`;
}

type Blow = readonly [HealReport, ...HealReport[]];

/** Heals of one reason within a second of each other were one event: a flush, a restart of somebody's service. */
function blows(heals: readonly HealReport[]): readonly Blow[] {
  const all: [HealReport, ...HealReport[]][] = [];
  for (const heal of heals) {
    const same = all.findLast(([first]) => first.reason === heal.reason && heal.at - first.at <= together);
    if (same !== undefined) same.push(heal);
    else all.push([heal]);
  }
  return all;
}

function blowLine(blow: Blow, report: Report): Markup {
  const [{ at, reason }] = blow;
  const longest = Math.max(...blow.map((h) => h.tookMs));
  const whys = [...new Set(blow.map((h) => h.why))].filter((why) => why !== '');
  const all = reason === 'status-zero';
  const [one, many] = lossWords(reason);
  const names = all ? ['all entries'] : blow.map((h) => nameOf(h, report));
  const what = all ? 'were switched off' : blow.length === 1 ? one : many;
  const then = servedMeanwhile(reason) ? 'served all the time' : `back after ${lasted(longest)}`;
  return html`<li id="${identifier('t', `${at}-${reason}`)}">${moment(at, report.at)}
    <div><span>${names.map((n, i) => html`${i === 0 ? null : ', '}${n}`)} ${what} <small>${reason}${whys.map((why) => html`: ${why}`)}</small></span>
      <b>${then}</b></div></li>`;
}

function nameOf({ key, name }: HealReport, { handlers }: Report): Markup {
  const platform = handlers.find((h) => h.key === key)?.platforms[0];
  return platform === undefined ? literal(name) : html`<bdi>${platform}</bdi>`;
}
