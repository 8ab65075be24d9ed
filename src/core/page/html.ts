import { visible } from '../text/visible.ts';

/** A piece of HTML: only `html` makes it, so text of anybody can never be taken for it. */
export interface Markup {
  readonly markup: string;
}

/** What may stand between the fixed parts: text is escaped, markup goes as it is, null is nothing. */
type Part = string | number | null | Markup | readonly Markup[];

/**
 * A template whose values are escaped, so that forgetting it is not possible. Line breaks and indentation of the fixed
 * parts are dropped: what comes out has no line break, and so is one line of an event stream.
 */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let markup = tidy(fixed[0] ?? '');
  for (const [i, part] of parts.entries()) markup += written(part) + tidy(fixed[i + 1] ?? '');
  return { markup };
}

/** Text of this program that is markup already: style and script. */
export function trusted(markup: string): Markup {
  return { markup };
}

/** A name or a path, whose direction of writing stays its own affair. */
export function literal(text: string): Markup {
  return html`<bdi class="m">${text}</bdi>`;
}

/** An icon of the document's set; the word that it stands beside says the same. */
export function icon(name: IconName): Markup {
  return html`<svg class="i" aria-hidden="true"><use href="#i-${name}"/></svg>`;
}

export type IconName = 'ok' | 'warn' | 'bad' | 'wait' | 'idle' | 'pause';

/** A key as the identifier of an element: letters, digits and dashes, different keys differently. */
export function identifier(kind: string, key: string): string {
  return `${kind}-${key.replace(/[^a-z0-9-]/g, (c) => `_${c.charCodeAt(0).toString(16)}_`)}`;
}

function tidy(text: string): string {
  return text.replace(/\n */g, '');
}

function written(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return escaped(part);
  return 'markup' in part ? part.markup : part.map((p) => p.markup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  const shown = /^[ -~]*$/.test(text) ? text : visible(text);
  return shown.replace(/[&<>"']/g, (c) => entities[c] ?? '');
}
