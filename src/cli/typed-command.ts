import { relative } from 'node:path';
import { mayAsk } from '../core/container-access.ts';
import { inheritedVariable, outsideCommandVariable, parseInherited } from '../core/sandbox.ts';
import { type Here, usualCommand } from '../core/typed.ts';
import { ownDomain } from '../host/own-domain.ts';
import { ownCommand } from './own-command.ts';

/** Where this process says something, for texts that name commands of the keeper. */
export function here(): Here {
  const sandbox = parseInherited(process.env[inheritedVariable]) !== null;
  return { command: ownCommand(shortest), sandbox, mayNotRelabel: !mayAsk(ownDomain()) };
}

/** The same for a daemon, whose texts are read outside of its sandbox too. */
export function hereOfDaemon(): Here {
  const inner = here();
  const { command, sandbox } = inner;
  const outside = process.env[outsideCommandVariable] ?? command;
  return { ...inner, command: sandbox ? `${outside} enter -- ${usualCommand}` : command };
}

/** A path below the directory where one is, as people type it. */
function shortest(path: string): string {
  const below = relative(process.cwd(), path);
  return below === '' || below.startsWith('..') ? path : below;
}
