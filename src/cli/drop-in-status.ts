import { type DropInStatus, supportedPlatforms } from '../core/drop-in-status.ts';
import type { Opened } from '../daemon/open.ts';
import type { Machine } from '../host/machine.ts';
import { readable } from './drop-in-words.ts';

/** Looks at all entries and runs a foreign program of each platform, whoever registered what runs it. */
export async function seeStatus(
  machine: Machine,
  { instance, host, probes }: Opened,
  timeoutMs: number,
): Promise<DropInStatus> {
  const emulators = instance
    .names()
    .filter((name) => instance.read(name)?.text.startsWith('enabled'))
    .map(readable)
    .sort();
  const runs = new Set([host.target, ...host.runsNatively]);
  const waiting = [...probes].filter(([target]) => !runs.has(target));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [target, file] = next;
      const task = { file, argv0: file, answer: file, expected: null, timeoutMs };
      if ((await machine.runProbe(task)).verdict === 'verified') runs.add(target);
    }
  };
  await Promise.all([work(), work()]);
  return { supported: supportedPlatforms(host.target, runs), emulators };
}
