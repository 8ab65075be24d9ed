import { parseArgs } from 'node:util';
import { loadConfig } from '../../src/cli/line/load-config.ts';
import { createLog } from '../../src/daemon/log/log.ts';
import { runDaemon } from '../../src/daemon/run.ts';
import type { RunParts } from '../../src/daemon/run-parts.ts';
import { createMachine } from '../../src/host/machine.ts';
import { killChildren } from '../../src/host/system/children.ts';
import { thisProcess } from '../../src/host/system/this-process.ts';

/** Runs the daemon as `run` does, with something about it or its machine that is not so in real life. */
export async function runOddDaemon(
  odd: Partial<RunParts>,
  onMachine: Partial<RunParts['machine']> = {},
): Promise<void> {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { config: { type: 'string' } } });
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  process.on('exit', killChildren);
  const read = () => loadConfig(values, process.env);
  const parsed = await read();
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  const machine = { ...(await createMachine()), ...onMachine };
  process.exitCode = await runDaemon({
    machine,
    me: thisProcess(),
    notifier: machine.takeNotifier(process.env),
    log: createLog('info'),
    config: parsed.config,
    reload: read,
    configFile: values.config ?? '',
    stop: stop.signal,
    defect: new Promise(() => {}),
    onReload: () => {},
    owns: true,
    ...odd,
  });
}
