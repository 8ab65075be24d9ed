// The daemon in a container whose process 1 is the host's, in a test whose process ids are not the machine's own.
import { readlinkSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../src/cli/load-config.ts';
import { createLog } from '../../src/daemon/log.ts';
import { runDaemon } from '../../src/daemon/run.ts';
import { createMachine } from '../../src/host/machine.ts';
import { placeOf } from '../../src/host/place.ts';

const { values } = parseArgs({ args: process.argv.slice(3), options: { config: { type: 'string' } } });
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
const read = () => loadConfig(values, process.env);
const parsed = await read();
if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
process.exitCode = await runDaemon({
  machine: { ...(await createMachine()), placeOf: (path) => placeOf(path, readlinkSync('/proc/1/ns/pid')) },
  log: createLog('info'),
  config: parsed.config,
  reload: read,
  configFile: values.config ?? '',
  stop: stop.signal,
  defect: new Promise(() => {}),
  onReload: () => {},
  owns: true,
});
