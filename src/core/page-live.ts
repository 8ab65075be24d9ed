import { html, type Markup } from './page-html.ts';
import { iconAddress } from './page-icons.ts';
import { emulatedSection, keeperSection } from './page-keeper.ts';
import { platformsSection } from './page-platforms.ts';
import { pageEdition } from './page-policy.ts';
import { problemsSection } from './page-problems.ts';
import { timelineSection } from './page-timeline.ts';
import { verdictOf, verdictSection } from './page-verdict.ts';
import type { Report } from './report.ts';

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
    <div id="below" class="below">
      ${timelineSection(report)}
      <div id="beside">
        ${keeperSection(report)}
        ${emulatedSection(report)}
      </div>
    </div>
  </main>`;
}
