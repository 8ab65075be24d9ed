import type { Keeper } from '../keeper/keeper.ts';
import type { Ground, Life } from './ground.ts';
import { createDroppedLines } from './log/dropped-lines.ts';
import { repeat } from './loop/repeat.ts';
import type { RunParts } from './run-parts.ts';
import type { Ways } from './ways.ts';

/** The slow timer, under everything that only events bring about. */
export function lookRegularly(
  { log }: RunParts,
  life: Life,
  { supervision, http, opened }: Ground,
  keeper: Keeper,
  { socket, witnesses }: Ways,
) {
  const lookForDropped = createDroppedLines(log, (detail) => keeper.problem('log-dropped', 'log', detail));
  return repeat(
    // The watchdog hears of completed looks only.
    () => Math.min(life.config.resync, supervision.pulseMs),
    () => {
      keeper.lookAtAll();
      keeper.lookAtLabels();
      keeper.lookAtInterpreters();
      // What a read-only instance refused.
      opened.instance.lock();
      supervision.alive();
      void opened.mounts.mend();
      void socket.mend();
      void witnesses.mend();
      void http.mend();
      lookForDropped();
      keeper.problem('supervisor-unreachable', 'NOTIFY_SOCKET', supervision.fault());
    },
  );
}
