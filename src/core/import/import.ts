import { parseConfig } from '../config/config.ts';
import { writeOwnHandler } from '../config/own-handler.ts';
import { readSupport } from '../kernel/binfmt-support.ts';
import { parseEntry } from '../kernel/entry.ts';
import { matchesHeader } from '../kernel/match.ts';
import { unclearLine } from '../kernel/misread.ts';
import { canonicalFlags, isAllOnes, type Registration } from '../kernel/registration.ts';
import { parseLine } from '../kernel/registration-line.ts';
import { catalogue } from '../platforms/catalogue.ts';
import { sampleHeaders } from '../platforms/catalogue-magic.ts';
import { type Block, blocksOf } from './blocks.ts';

/** What was given: text as a byte string, and the file that it is from. */
export interface Imported {
  readonly text: string;
  readonly path: string | null;
}

/** A `handlers:` block that a configuration file may have, and whether all that was given is in it. */
export interface HandlersBlock {
  readonly yaml: string;
  readonly count: number;
  /** What could not be carried over as a whole, `FILE:LINE: why`. */
  readonly lost: readonly string[];
}

/** Turns registrations of other tools into handlers of our own; what cannot be carried over becomes a comment with its reason. */
export function importHandlers(given: readonly Imported[]): HandlersBlock {
  const parts = given.flatMap(({ text, path }) => {
    const file = path === null ? null : lastOf(path);
    return blocksOf(text, file === '' ? null : file).map((block) =>
      partOf(block, `${path ?? 'stdin'}:${block.at}`),
    );
  });
  const settled = refuseInvalid(parts);
  const count = settled.filter((part) => part.registration !== null).length;
  const lines = settled.flatMap(linesOf);
  return {
    yaml: `handlers:${count === 0 ? ' []' : ''}\n${lines.map((line) => `  ${line}\n`).join('')}`,
    count,
    lost: settled.flatMap(({ registration, where, comments }) =>
      registration === null ? comments.map((why) => `${where}: ${why}`) : [],
    ),
  };
}

/** One part of the input: a handler with remarks, or the reason why there is none. */
interface Part {
  readonly where: string;
  readonly registration: Registration | null;
  readonly comments: readonly string[];
}

function partOf(block: Block, where: string): Part {
  const refused = (...comments: string[]): Part => ({ where, registration: null, comments });
  switch (block.form) {
    case 'unknown':
      return refused(
        `not carried over: this is no registration line, entry or file of binfmt-support: ${shown(block.line)}`,
      );
    case 'line': {
      const unclear = unclearLine(block.line);
      if (unclear.length > 0) return refused(...unclear.map((f) => `not carried over: ${f.field} ${f.why}`));
      const read = parseLine(block.line);
      return read.ok
        ? { where, ...remarked(read.registration) }
        : refused(`not carried over: ${faultWords(read.faults)}`);
    }
    case 'support': {
      const name = block.name ?? block.pairs.get('package') ?? lastOf(block.pairs.get('interpreter') ?? '');
      const read = readSupport(name, block.pairs);
      if (!read.ok) return refused(`not carried over: ${faultWords(read.faults)}`);
      const detector =
        read.detector === null ? [] : [`its detector is left out, so every such file runs: ${read.detector}`];
      const named = block.name === null ? [`named ${name} by us: the text does not say the name`] : [];
      const { registration, comments } = remarked(read.registration);
      return { where, registration, comments: [...named, ...detector, ...comments] };
    }
    case 'entry':
      return { where, ...ofEntry(block) };
  }
}

function ofEntry({ name, text }: Extract<Block, { form: 'entry' }>): Omit<Part, 'where'> {
  const entry = parseEntry(text);
  if (entry?.matcher == null)
    return {
      registration: null,
      comments: ['not carried over: it has no magic or extension that this version knows'],
    };
  const { matcher, interpreter, flags, enabled, unknown } = entry;
  const named = name === null ? lastOf(interpreter) : name;
  const { registration, comments } = remarked({ name: named, matcher, interpreter, flags });
  return {
    registration,
    comments: [
      ...(named === name ? [] : [`named ${named} by us: the text does not say the name`]),
      ...(enabled ? [] : ['it was disabled; here it would serve']),
      ...unknown.map((line) => `left out: ${shown(line)}`),
      ...comments,
    ],
  };
}

/** Says what is odd about a handler, and leaves out the flags that have no letter here. */
function remarked(registration: Registration): Omit<Part, 'where'> {
  const comments: string[] = [];
  const { name, matcher, interpreter } = registration;
  const flags = canonicalFlags([...registration.flags].filter((flag) => 'POCF'.includes(flag)).join(''));
  const others = [...registration.flags].filter((flag) => !'POCF'.includes(flag)).join('');
  if (others !== '') comments.push(`flags left out, which are unknown here: ${shown(others)}`);
  const texts = [name, interpreter, matcher.kind === 'extension' ? matcher.extension : ''];
  if (texts.some((text) => !isUtf8(text)))
    return {
      registration: null,
      comments: [
        `not carried over: ${shown(texts.find((text) => !isUtf8(text)) ?? '')} is not UTF-8, which a configuration is`,
      ],
    };
  const [platform, ...more] = catalogue.filter((a) =>
    sampleHeaders(a).some((header) => matchesHeader(matcher, header)),
  );
  if (platform?.usable === true && more.length === 0 && /qemu/.test(interpreter)) {
    const word = platform.platforms[0] ?? platform.target;
    comments.push(`a platform: "platforms: [${word}]" keeps and proves it, and finds the emulator by itself`);
  }
  return { registration: { ...registration, flags }, comments };
}

/** What the configuration would refuse is commented out with what it would say, until the rest is valid as a whole. */
function refuseInvalid(parts: readonly Part[]): readonly Part[] {
  const handlers = parts.flatMap((part, at) => (part.registration === null ? [] : [{ part, at }]));
  const text = `handlers:${handlers.length === 0 ? ' []' : ''}\n${handlers
    .flatMap(({ part }) => linesOf({ ...part, comments: [] }))
    .map((line) => `  ${line}\n`)
    .join('')}`;
  const parsed = parseConfig({ file: { name: 'f', text }, env: {}, flags: {} });
  if (parsed.ok) return parts;
  const why = new Map<number, string[]>();
  for (const error of parsed.errors) {
    const [, index, said = ''] = /^f:\d+:\d+: handlers\.(\d+)\.?(.*)$/.exec(error) ?? [];
    const at = handlers[Number(index)]?.at;
    if (at !== undefined) why.set(at, [...(why.get(at) ?? []), said]);
  }
  if (why.size === 0)
    return parts.map((part) => ({
      ...part,
      registration: null,
      comments: [...part.comments, `not carried over: ${parsed.errors[0] ?? ''}`],
    }));
  return refuseInvalid(
    parts.map((part, at) => {
      const said = why.get(at);
      return said === undefined
        ? part
        : {
            ...part,
            registration: null,
            comments: said.map((one) => `not carried over: ${part.registration?.name ?? ''}: ${one}`),
          };
    }),
  );
}

function linesOf({ registration, comments, where }: Part): readonly string[] {
  const notes = comments.map((one) => `# ${printable(`${where}: ${one}`)}`);
  if (registration === null) return notes;
  const { name, magic, mask, offset, extension, interpreter, flags } = writeOwnHandler(registration);
  const { matcher } = registration;
  const rows = [
    `name: ${word(name)}`,
    ...(extension === undefined ? [] : [`extension: ${word(extension)}`]),
    ...(magic === undefined ? [] : [`magic: ${magic}`]),
    ...(mask === undefined || (matcher.kind === 'magic' && isAllOnes(matcher.mask)) ? [] : [`mask: ${mask}`]),
    ...(offset === undefined || offset === 0 ? [] : [`offset: ${offset}`]),
    `interpreter: ${word(interpreter)}`,
    ...(flags === '' ? [] : [`flags: ${flags}`]),
  ];
  return [...notes, ...rows.map((row, at) => `${at === 0 ? '- ' : '  '}${row}`)];
}

/** A plain scalar of YAML where it surely is one. */
function word(text: string): string {
  const plain = /^[A-Za-z/][\w./+-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isUtf8(bytes: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
    return true;
  } catch {
    return false;
  }
}

function faultWords(
  faults: readonly { readonly field: string; readonly expected: string; readonly given: string }[],
): string {
  return faults.map((f) => `${f.field}: expected ${f.expected}, got ${f.given}`).join('; ');
}

function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

/** A comment is one line, and of characters that a configuration may have. */
function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}
