import { Document, isMap, isNode, isScalar } from 'yaml';
import * as z from 'zod';
import type { ParsedConfig } from '../../core/config/config.ts';
import { configInput } from '../../core/config/input.ts';
import { type Origin, originWords } from '../../core/config/origin.ts';
import { configSchema as fileSchema } from '../../core/config/schema.ts';

/** What a command prints and how it ends; 2 is wrong configuration. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: 0 | 1 | 2;
}

/**
 * `config show`: every effective value and where it came from. The YAML is a configuration file that yields the same,
 * origins as comments; the JSON is `{config, origins}`.
 */
export function configShow(result: ParsedConfig, format: 'table' | 'json' | 'yaml'): Printed {
  if (!result.ok) return refused(result.errors);
  const input = configInput(result.config);
  const { origins } = result;
  if (format === 'json') {
    const shown = Object.fromEntries([...origins].map(([path, origin]) => [path, originWords(origin)]));
    return printed(`${JSON.stringify({ config: input, origins: shown }, null, 2)}\n`);
  }
  return printed(format === 'yaml' ? asYaml(input, origins) : asTable(input, origins));
}

/** `config schema`: the JSON Schema of the file, for editors. */
export function configSchema(): Printed {
  const { $schema, ...rest } = z.toJSONSchema(fileSchema, { io: 'input' });
  const title = 'Configuration of binfmt-keeper';
  return printed(`${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`);
}

type Origins = ReadonlyMap<string, Origin>;

function asTable(input: unknown, origins: Origins): string {
  const rows = [['SETTING', 'VALUE', 'ORIGIN']];
  for (const [path, origin] of origins) rows.push([path, JSON.stringify(at(input, path)), words(origin)]);
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const [first, second] = [width(0), Math.min(width(1), 60)];
  return rows.map(([a = '', b = '', c]) => `${a.padEnd(first)}  ${b.padEnd(second)}  ${c}\n`).join('');
}

function asYaml(input: unknown, origins: Origins): string {
  const doc = new Document(input);
  for (const [path, origin] of origins) {
    const keys = path.split('.');
    const node = doc.getIn(keys, true);
    if (isScalar(node)) node.comment = ` ${words(origin)}`;
    else note(doc.getIn(keys.slice(0, -1), true) ?? doc.contents, keys.at(-1), origin);
  }
  return doc.toString({ lineWidth: 0 });
}

/** A list spans lines, so its origin stands above it: a comment behind it would follow its last item. */
function note(parent: unknown, key: string | undefined, origin: Origin): void {
  if (!isMap(parent)) return;
  const name = parent.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.key;
  if (isNode(name)) name.commentBefore = ` ${words(origin)}`;
}

function at(input: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      input,
    );
}

function words(origin: Origin): string {
  return printable(originWords(origin));
}

/** What is wrong with the text. */
export function refused(errors: readonly string[]): Printed {
  return { stdout: '', stderr: errors.map((line) => `${line}\n`).join(''), exitCode: 2 };
}

function printed(stdout: string): Printed {
  return { stdout, stderr: '', exitCode: 0 };
}

/** The name of the file comes from the command line and may hold anything, escape sequences of terminals included. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
