import type { Report } from '../report/report.ts';
import { entriesSection } from './entries.ts';
import { html, type Markup } from './html.ts';
import { iconAddress } from './icons.ts';
import { emulatedSection, keeperSection } from './keeper.ts';
import { platformsSection } from './platforms.ts';
import { pageEdition } from './policy.ts';
import { problemsSection } from './problems.ts';
import { timelineSection } from './timeline.ts';
import { unservedSection } from './unserved.ts';
import { verdictOf, verdictSection } from './verdict.ts';

/**
 * The part of the page that follows the report: one element without line breaks, which the page's script lays over the
 * one that is there. It says from which edition of the page it is, so that a page of an older keeper loads itself anew.
 */
export function renderLive(report: Report): string {
  return livePart(report).markup;
}

/** The same, to be put into a document. */
export function livePart(report: Report): Markup {
  const { mood, word } = verdictOf(report);
  return html`<main id="live" data-at="${report.at}" data-edition="${pageEdition}" data-title="${word} · binfmt-keeper" data-icon="${iconAddress(mood)}">
    ${verdictSection(report)}
    ${problemsSection(report)}
    ${platformsSection(report)}
    ${entriesSection(report)}
    ${unservedSection(report)}
    <div id="below" class="below">
      ${timelineSection(report)}
      <div id="beside">
        ${keeperSection(report)}
        ${emulatedSection(report)}
      </div>
    </div>
  </main>`;
}
