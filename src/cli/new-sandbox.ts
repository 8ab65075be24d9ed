import { Socket } from 'node:net';
import { type ExitCode, exitCodes } from '../core/exit-codes.ts';
import { makeNewSandbox } from '../host/new-sandbox.ts';
import { complain } from './complain.ts';
import { contextOf } from './context.ts';

/**
 * The first thing that a command does inside of the namespaces that `--sandbox` made: its places, before anything is
 * read or asked for. Null where all is well. From then on it ends when the process outside does, even by SIGKILL.
 */
export async function settle(outside: string): Promise<ExitCode | null> {
  delete process.env.BINFMT_KEEPER_NEW_SANDBOX;
  const command = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
  const made = await makeNewSandbox(outside, command, process.env);
  if (!made.ok) {
    complain(contextOf({}), 'sandbox-unavailable', made.message);
    return exitCodes.notSupported;
  }
  const lifeline = new Socket({ fd: 3, readable: true, writable: true });
  lifeline.on('error', () => {});
  lifeline.on('close', () => process.kill(process.pid, 'SIGTERM'));
  lifeline.resume();
  lifeline.write('made\n');
  lifeline.unref();
  return null;
}
