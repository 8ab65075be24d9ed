import { relative } from 'node:path';
import { inheritedVariable, outsideCommandVariable, parseInherited } from '../../core/config/sandbox.ts';
import { mayAsk } from '../../core/kernel/container-access.ts';
import { type Here, usualCommand } from '../../core/text/typed.ts';
import { ownDomain } from '../../host/selinux/own-domain.ts';
import { ownCommand } from '../sandbox/own-command.ts';

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

/** `/` where it is gone. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}

/** A path below the directory where one is, as people type it. */
function shortest(path: string): string {
  const from = workingDirectory();
  const below = relative(from, path);
  return from === '/' || below === '' || below.startsWith('..') ? path : below;
}
