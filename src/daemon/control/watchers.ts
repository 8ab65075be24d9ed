import type { Socket } from 'node:net';
import type { Logger } from '../../core/logger.ts';
import type { Report } from '../../core/report/report.ts';
import { printAnswer } from '../../core/wire/control.ts';

/** Clients that are shown every report until they have seen enough. */
export interface Watchers {
  /** Shows the report as it is now, and from then on whenever it changed. */
  add(client: Socket): void;
  /** The report changed: whoever watches gets the new one. */
  changed(): void;
  /** Shows nothing more. */
  close(): void;
}

interface Watcher {
  readonly client: Socket;
  /** A report was left out because the one before it is not read yet. */
  stale: boolean;
}

/** Whoever watches gets at most ten reports a second. */
const frameMs = 100;

/** Nobody watches yet. */
export function createWatchers(report: () => Report, logger: Logger): Watchers {
  const watchers = new Set<Watcher>();
  let frame: NodeJS.Timeout | null = null;
  let closed = false;

  /** A report needs a look at the entries, which may fail for lack of descriptors: then the next one is shown. */
  const showTo = (those: Iterable<Watcher>): void => {
    try {
      const text = frameOf(report());
      for (const watcher of those) show(watcher, text);
    } catch (error) {
      logger.error({ err: error }, 'a report failed');
    }
  };

  return {
    add(client) {
      if (client.destroyed || client.readableEnded) return void client.destroy();
      const watcher: Watcher = { client, stale: false };
      watchers.add(watcher);
      client.on('close', () => watchers.delete(watcher));
      // with its own end the other side says that it has seen enough
      client.on('end', () => client.destroy());
      client.on('drain', () => {
        if (watcher.stale) showTo([watcher]);
      });
      showTo([watcher]);
    },
    changed() {
      if (watchers.size === 0 || frame !== null || closed) return;
      frame = setTimeout(() => {
        frame = null;
        showTo(watchers);
      }, frameMs);
    },
    close() {
      closed = true;
      if (frame !== null) clearTimeout(frame);
    },
  };
}

/** One report at most waits in memory for a client that does not read; the ones between are dropped. */
function show(watcher: Watcher, text: string): void {
  watcher.stale = watcher.client.writableLength > 0;
  if (!watcher.stale) watcher.client.write(text);
}

function frameOf(report: Report): string {
  return printAnswer({ type: 'report', report, ok: report.ready });
}
