import type { Config } from '../../core/config/config.ts';
import { type DropInStatus, supportedPlatforms } from '../../core/drop-in/status.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { amd64Levels } from '../../core/platforms/amd64-levels.ts';
import type { Machine } from '../../host/machine.ts';
import type { Opened } from '../../keeper/mounts/open.ts';
import { readable } from './words.ts';

/** Looks at all entries and runs a foreign program of each platform but those that ran, whoever registered what runs it. */
export async function seeStatus(
  machine: Machine,
  { instance, host, probes }: Opened,
  config: Config,
  ran: ReadonlySet<string>,
): Promise<DropInStatus> {
  const enabled = instance.names().flatMap((name) => {
    const text = instance.read(name)?.text ?? '';
    return text.startsWith('enabled') ? [{ name, text }] : [];
  });
  const emulators = enabled.map(({ name }) => readable(name)).sort();
  const store = bytesOf(config.interpreters.store);
  const sure = enabled.every(({ text }) => text.startsWith(`enabled\ninterpreter ${store}/`));
  const timeoutMs = config.probe.timeout;
  const runs = new Set([host.target, ...host.runsNatively, ...ran]);
  const waiting = [...probes].filter(([target]) => !runs.has(target));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [target, file] = next;
      const task = { file, seesArgv0: false, expected: null, sure, timeoutMs };
      if ((await machine.runProbe(task)).verdict === 'verified') runs.add(target);
    }
  };
  await Promise.all([work(), work()]);
  return { supported: supportedPlatforms(host.target, runs, amd64Levels(machine.cpuInfo())), emulators };
}
