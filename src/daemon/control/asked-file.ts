import { type Asked, parseAsked, printAsked } from '../../core/config/asked.ts';
import type { Logger } from '../../core/logger.ts';
import type { RunReads, RunWrites } from '../../host/files/facet.ts';

/** What it uses of the machine. */
type Host = RunReads & RunWrites;

/** What people asked of the daemon, kept in the run directory so that a restart does not forget it. */
export interface AskedFile {
  current(): Asked;
  /** In force at once; where it cannot be written it lasts as long as the process. */
  change(asked: Asked): Promise<void>;
  /** In force, and not written down: whoever comes next knows nothing of it. */
  forget(asked: Asked): void;
}

const fileName = 'asked.json';

/** Reads what was asked on this boot; in a directory that others can write to nothing was. */
export async function openAskedFile(
  machine: Host,
  dir: string,
  bootId: string,
  logger: Logger,
): Promise<AskedFile> {
  const trusted = await machine.inspectRunDirectory(dir);
  let asked = parseAsked(trusted.ok ? await machine.readFile(`${dir}/${fileName}`) : null, bootId);
  return {
    current: () => asked,
    forget(next) {
      asked = next;
    },
    async change(next) {
      asked = next;
      const saved = await machine.saveFile(dir, fileName, printAsked(next, bootId), 0o600);
      if (!saved.ok)
        logger.warn({ event: 'asked-unwritten' }, `what was asked for is not written down: ${saved.message}`);
    },
  };
}
