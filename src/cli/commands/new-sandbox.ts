import { Socket } from 'node:net';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { makeNewSandbox } from '../../host/sandbox/new-sandbox.ts';
import { inheritedDevices } from '../../host/system/identity.ts';
import { complain } from '../terminal/complain.ts';
import { contextOf } from '../terminal/context.ts';

/**
 * The first thing inside of the namespaces that `--sandbox` made, before anything is read or asked for. In the first pair
 * the places are made, which is all that is done there: the exit status. In the second nothing is left to do, null; from
 * then on the command ends when the process outside does, even by SIGKILL.
 */
export async function settle(outside: string): Promise<ExitCode | null> {
  const isFirst = process.env.BINFMT_KEEPER_SANDBOX_PLACES === '1';
  delete process.env.BINFMT_KEEPER_NEW_SANDBOX;
  delete process.env.BINFMT_KEEPER_SANDBOX_PLACES;
  if (isFirst) {
    const command = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
    const made = await makeNewSandbox(outside, command, process.env);
    if (made.ok) return exitCodes.ok;
    complain(contextOf({}), 'sandbox-unavailable', made.message);
    return exitCodes.notSupported;
  }
  if (inheritedDevices() === null) {
    complain(contextOf({}), 'sandbox-unavailable', 'its places were not made');
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
