import { relative } from 'node:path';
import { inheritedVariable, outsideCommandVariable, parseInherited } from '../core/sandbox.ts';
import { type Here, usualCommand } from '../core/typed.ts';
import { ownCommand } from './own-command.ts';

/** Where this process says something, for texts that name commands of the keeper. */
export function here(): Here {
  return { command: ownCommand(shortest), sandbox: parseInherited(process.env[inheritedVariable]) !== null };
}

/** The same for a daemon, whose texts are read outside of its sandbox too. */
export function hereOfDaemon(): Here {
  const { command, sandbox } = here();
  const outside = process.env[outsideCommandVariable] ?? command;
  return { command: sandbox ? `${outside} enter -- ${usualCommand}` : command, sandbox };
}

/** A path below the directory where one is, as people type it. */
function shortest(path: string): string {
  const below = relative(process.cwd(), path);
  return below === '' || below.startsWith('..') ? path : below;
}
