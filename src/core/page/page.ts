import type { Report } from '../report/report.ts';
import { html, type Markup, trusted } from './html.ts';
import { iconAddress, iconSet } from './icons.ts';
import { livePart } from './live.ts';
import { pageScript } from './script.ts';
import { pageStyle } from './style.ts';
import { verdictOf } from './verdict.ts';

/** The page for people as one document that needs nothing else: a view of the report, complete without scripts. */
export function renderPage(report: Report): string {
  return `<!doctype html>\n${documentOf(report).markup}\n`;
}

function documentOf(report: Report): Markup {
  const { mood, word } = verdictOf(report);
  return html`<html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${word} · binfmt-keeper</title>
    <link id="icon" rel="icon" href="${iconAddress(mood)}" data-lost="${iconAddress('wait')}">
    <style>${trusted(pageStyle)}</style></head>
    <body>${trusted(iconSet)}
    <a class="skip" href="#live">To the state of things</a>
    <header class="top"><h1>binfmt-keeper</h1>
    <p id="link" class="link"><b id="link-word">State</b> as of ${asOf(report.at)}<noscript> Scripts are off: load the page again for what is new.</noscript></p></header>
    ${livePart(report)}
    <footer>For programs: <a href="status">status</a> <a href="metrics">metrics</a> <a href="readyz?verbose">readiness</a></footer>
    <script>${trusted(pageScript)}</script></body></html>`;
}

/** Of what moment the page tells. How long ago that is only the script can say. */
function asOf(at: number): Markup {
  const iso = new Date(at).toISOString();
  return html`<time id="link-time" datetime="${iso}"><span class="rel"></span> <span class="abs">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</span></time>`;
}
