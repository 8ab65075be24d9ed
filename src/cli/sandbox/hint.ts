import { findSandboxes } from '../../host/sandbox/sandboxes.ts';
import { ownCommand } from './own-command.ts';
import { owns } from './owns.ts';

/** Where no daemon can be asked: that one runs in a sandbox of this user, and how to ask that. Empty where none does. */
export function sandboxHint(command: string): string {
  const [newest] = owns() ? [] : findSandboxes();
  if (newest === undefined) return '';
  return `binfmt-keeper: a sandbox of yours runs (process ${newest.pid}); to ask it:\n  ${ownCommand()} enter -- binfmt-keeper ${command}\n`;
}
