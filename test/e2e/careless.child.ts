// The daemon with a rule that accepts everything: only the canary stands between a handler and the host.
import { parseArgs } from 'node:util';
import { loadConfig } from '../../src/cli/load-config.ts';
import { createLog } from '../../src/daemon/log.ts';
import { runDaemon } from '../../src/daemon/run.ts';
import { createMachine } from '../../src/host/machine.ts';

const { values } = parseArgs({ args: process.argv.slice(3), options: { config: { type: 'string' } } });
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const read = () => loadConfig(values, process.env);
const parsed = await read();
if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
process.exitCode = await runDaemon({
  machine: await createMachine(),
  log: createLog('info'),
  config: parsed.config,
  reload: read,
  configFile: values.config ?? '',
  stop: stop.signal,
  defect: new Promise(() => {}),
  onReload: () => {},
  owns: true,
  accept: () => [],
});
