import { supportKeys } from '../kernel/binfmt-support.ts';

/** A part of what was given to be imported, by its form. Texts are byte strings. */
export type Block = { readonly at: number } & (
  | { readonly form: 'line'; readonly line: string }
  | { readonly form: 'entry'; readonly name: string | null; readonly text: string }
  | { readonly form: 'support'; readonly name: string | null; readonly pairs: ReadonlyMap<string, string> }
  | { readonly form: 'unknown'; readonly line: string }
);

/**
 * Takes apart whatever shows registrations, each by its first words: registration lines (also behind `echo`), entries as the
 * kernel shows them (after `cat`, `grep -r .`, `head` or `tail` of several), files of binfmt-support, and what update-binfmts
 * displays. `file` is the name of the whole.
 */
export function blocksOf(text: string, file: string | null): readonly Block[] {
  const blocks: Open[] = [];
  const now: { heading: string | null; prefix: string | null; open: Open | null } = {
    ...{ heading: null, prefix: null, open: null },
  };
  for (const [index, raw] of text.split('\n').entries()) {
    const { name, line } = unprefixed(raw.replace(/\r$/, ''));
    const trimmed = line.trim();
    if (name !== now.prefix) Object.assign(now, { heading: name, prefix: name, open: null });
    const title = titleOf(trimmed);
    if (title !== null) now.heading = title;
    if (title !== null || trimmed === '' || /^[#;]/.test(trimmed)) {
      now.open = null;
      continue;
    }
    const block = continued(now.open, line) ?? begun(line, index + 1, now.heading);
    // A heading speaks of what follows it, and of no more.
    if (block !== now.open) {
      blocks.push(block);
      now.heading = null;
    }
    now.open = block;
  }
  return blocks.map((block) => closed(block, file));
}

/** The open block where the line belongs to it. */
function continued(open: Open | null, line: string): Open | null {
  if (
    open?.form === 'entry' &&
    /^(interpreter |flags:|offset |magic |mask |extension )/.test(line.trimStart())
  ) {
    open.lines.push(line.trimStart());
    return open;
  }
  const pair = pairOf(line.trim());
  if (open?.form !== 'support' || pair === null || open.pairs.has(pair[0])) return null;
  open.pairs.set(...pair);
  return open;
}

function begun(line: string, at: number, name: string | null): Open {
  const trimmed = line.trim();
  if (/^(enabled|disabled)$/.test(trimmed)) return { form: 'entry', at, name, lines: [trimmed] };
  const pair = pairOf(trimmed);
  if (pair !== null) return { form: 'support', at, name, pairs: new Map([pair]) };
  const inner = lineIn(trimmed);
  return { form: isLine(inner) ? 'line' : 'unknown', at, line: inner };
}

function closed(block: Open, file: string | null): Block {
  const { at } = block;
  switch (block.form) {
    case 'entry':
      return { form: 'entry', at, name: block.name ?? file, text: `${block.lines.join('\n')}\n` };
    case 'support':
      return { form: 'support', at, name: block.name ?? file, pairs: block.pairs };
    default:
      return { form: block.form, at, line: block.line };
  }
}

type Open =
  | { readonly form: 'line' | 'unknown'; readonly at: number; readonly line: string }
  | { readonly form: 'entry'; readonly at: number; readonly name: string | null; readonly lines: string[] }
  | {
      readonly form: 'support';
      readonly at: number;
      readonly name: string | null;
      readonly pairs: Map<string, string>;
    };

/** `grep -r . DIRECTORY` has the file in front of each line. */
function unprefixed(raw: string): { readonly name: string | null; readonly line: string } {
  const [, path = '', line] =
    /^(\/[^:\s]+|[\w.+-]+):((?:enabled|disabled|interpreter |flags:|offset |magic |mask |extension ).*|(?:enabled|disabled))$/.exec(
      raw,
    ) ?? [];
  return line === undefined ? { name: null, line: raw } : { name: baseName(path), line };
}

/** The name that stands above what follows: of `head` and `tail`, of a prompt with `cat`, of `update-binfmts --display`. */
function titleOf(line: string): string | null {
  const [, path] =
    /^==> (.+) <==$/.exec(line) ??
    /^(?:\S*[$#>%] ?)?(?:sudo )?cat (\/\S+)$/.exec(line) ??
    /^(\S+) \((?:enabled|disabled)\):$/.exec(line) ??
    [];
  return path === undefined ? null : baseName(path);
}

function pairOf(line: string): readonly [string, string] | null {
  const [, key = '', value = ''] = /^([a-z_]+)(?:\s*=\s*|\s+|$)(.*)$/.exec(line) ?? [];
  return supportKeys.has(key) ? [key, value.trim()] : null;
}

/** What is written to `register` by a line of a shell, between its quotes; else the line itself. */
function lineIn(line: string): string {
  const [, quoted, other] =
    /^(?:sudo\s+)?(?:echo|printf)\s+(?:-\w+\s+)*(?:'([^']*)'|"([^"]*)"|\S+)/.exec(line) ?? [];
  return (quoted ?? other ?? line).replace(/\\n$/, '');
}

/** Seven fields, of which the second is a type. */
function isLine(line: string): boolean {
  const fields = line.split(line.charAt(0));
  return fields.length >= 6 && /^[ME]$/.test(fields[2] ?? '') && !/[A-Za-z0-9]/.test(line.charAt(0));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
