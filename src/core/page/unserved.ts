import type { Report } from '../report/report.ts';
import type { UnservedProgram } from '../report/unserved.ts';
import { visible } from '../text/visible.ts';
import { html, identifier, literal, type Markup } from './html.ts';
import { moment } from './time.ts';

const shown = 10;

/** Programs that could not run, the newest first; nothing where no last resort tells of them. */
export function unservedSection({ unserved, at }: Report): Markup {
  if (unserved === undefined) return html``;
  const { listening, counts, recent } = unserved;
  const total = counts.reduce((sum, one) => sum + one.count, 0);
  const lines = recent.slice(-shown).reverse();
  return html`<section id="unserved" aria-labelledby="unserved-h">
    <h2 id="unserved-h">Programs that could not run <span class="count">${total}</span></h2>
    ${listening ? null : html`<p class="none">They are not heard of: without FFI, or where another keeper has the address.</p>`}
    ${lines.length === 0 ? html`<p class="none">None on this boot.</p>` : null}
    <ol class="timeline">${lines.map((one) => lineOf(one, at))}</ol>
  </section>`;
}

function lineOf(
  { at, platform, cause, path, count, container, pod, unit }: UnservedProgram,
  now: number,
): Markup {
  const place = container ?? pod ?? unit;
  const [kind] = (
    [
      ['container', container],
      ['pod', pod],
      ['unit', unit],
    ] as const
  ).flatMap(([name, is]) => (is === null ? [] : [name]));
  const why = cause === 'none' ? 'nobody serves it' : 'its handler was gone';
  return html`<li id="${identifier('u', `${platform}-${cause}-${path}-${place ?? ''}`)}">${moment(at, now)}
    <div><span>${literal(visible(path))} <small>${platform === '' ? 'an unknown platform' : platform}: ${why}${place === null ? '' : html`, ${kind ?? ''} ${literal(visible(place))}`}</small></span>
      ${count === 1 ? null : html`<b>${count} times</b>`}</div></li>`;
}
