// Preloaded into a daemon (NODE_OPTIONS=--import): how long its loop stood still. On SIGUSR2 the figures since the last
// one are written to the file named by BENCH_STALL_FILE, and counting begins anew.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const file = process.env.BENCH_STALL_FILE;
if (file !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let count = 0;
  process.on('SIGUSR2', () => {
    count += 1;
    const ms = (ns) => Math.max(0, ns / 1e6 - 1);
    const figures = {
      count,
      max: ms(delay.max),
      p99: ms(delay.percentile(99)),
      median: ms(delay.percentile(50)),
    };
    writeFileSync(file, JSON.stringify(figures));
    delay.reset();
  });
}
