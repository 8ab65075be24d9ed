/** What a text of HTML consists of. */
export interface Parsed {
  /** Start tags with the names of their attributes, and end tags, in order. */
  readonly shape: readonly string[];
  readonly attributes: readonly (readonly [name: string, value: string])[];
  /** All text, entities resolved, but that of style and script. */
  readonly text: string;
}

/**
 * Reads HTML of the strict kind that the page is written in, and throws at anything else: a `<` that begins no tag, a
 * bare `&`, an attribute without double quotes, an end tag that ends nothing.
 */
export function parse(html: string): Parsed {
  const shape: string[] = [];
  const attributes: [string, string][] = [];
  const open: string[] = [];
  let text = '';
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(html);
    if (found !== null) at += found[0].length;
    return found;
  };
  take(/<!doctype html>\n/y);
  while (at < html.length) {
    const plain = take(/[^<>"']+/y);
    if (plain !== null) {
      text += resolved(plain[0]);
      continue;
    }
    const end = take(/<\/([a-z][a-z0-9]*)>/y);
    if (end !== null) {
      if (open.pop() !== end[1]) throw new Error(`</${end[1]}> at ${at}`);
      shape.push(`</${end[1]}>`);
      continue;
    }
    const [, name = '', inside = '', slash] =
      take(/<([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:="[^"<>]*")?)*)(\/?)>/y) ?? [];
    if (name === '') throw new Error(`no markup: ${html.slice(at, at + 60)}`);
    const found = [...inside.matchAll(/ ([a-zA-Z-]+)(?:="([^"]*)")?/g)].map(
      ([, n = '', v = '']) => [n, resolved(v)] as const,
    );
    for (const [n, v] of found) attributes.push([n, v]);
    shape.push(`<${[name, ...found.map(([n]) => n)].join(' ')}>`);
    if (slash === '' && !['meta', 'link', 'wbr'].includes(name)) open.push(name);
    if (name === 'style' || name === 'script') take(new RegExp(`(?:(?!</|<!--).)*(?=</${name}>)`, 'sy'));
  }
  if (open.some((name) => name !== 'html')) throw new Error(`not closed: ${open.join(' ')}`);
  return { shape, attributes, text };
}

function resolved(text: string): string {
  return text.replace(/&([^;]{1,5};)?/g, (whole) => {
    const found = entities.get(whole);
    if (found === undefined) throw new Error(`no entity: ${whole} in ${text}`);
    return found;
  });
}

const entities: ReadonlyMap<string, string> = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
]);
