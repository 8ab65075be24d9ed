import { parseArgs } from 'node:util';
import { commands } from './command-table.ts';
import { type Flags, flagFaults, strayArgument } from './flag-faults.ts';
import { optionsOf } from './option-list.ts';

/**
 * Reads what follows `run` by the table of commands, without yargs, which would cost the daemon 4 MB. A sentence for
 * each thing that is wrong.
 */
export function readRunFlags(
  args: readonly string[],
): { readonly flags: Flags } | { readonly faults: readonly string[] } {
  const command = commands.find((c) => c.name === 'run');
  const options = new Map(optionsOf(command ?? null).map((o) => [o.flag.slice(2), o]));
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      [...options].map(([name, { short, placeholder }]) => [
        name,
        {
          type: placeholder === null ? ('boolean' as const) : ('string' as const),
          ...(short === null ? {} : { short: short.slice(1) }),
        },
      ]),
    ),
  });
  const flags: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1];
    // What follows an unknown option was meant as its value: one mistake, one fault.
    const meant = before?.kind === 'option' && !options.has(before.name) && !before.inlineValue;
    if (token.kind === 'positional' && !meant)
      faults.push(strayArgument({ name: 'run', options: [], takes: 'settings' }, token.value));
    if (token.kind !== 'option') continue;
    const { name, value, inlineValue } = token;
    const placeholder = options.get(name)?.placeholder;
    if (placeholder === null) {
      if (value !== undefined) faults.push(`--${name}: takes no value`);
      else flags[name] = true;
    } else if (placeholder === undefined) flags[name] = true;
    // What looks like an option is one: a forgotten value must not swallow the next option.
    else if (value === undefined || (!inlineValue && /^--?[a-z]/.test(value)))
      faults.push(`--${name}: needs a value`);
    else flags[name] = given(flags[name], value);
  }
  faults.push(...flagFaults(flags, command ?? null));
  return faults.length > 0 && flags.help !== true ? { faults } : { flags };
}

/** A flag given again makes a list. */
function given(before: unknown, value: string): unknown {
  if (before === undefined) return value;
  return Array.isArray(before) ? [...before, value] : [before, value];
}
