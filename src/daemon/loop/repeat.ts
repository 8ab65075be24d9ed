/** Runs something again and again, until stopped; `renew` makes a pause count at once that a reload has changed. */
export function repeat(pauseMs: () => number, work: () => void): { stop(): void; renew(): void } {
  let pause = pauseMs();
  const again = (): void => {
    work();
    wait();
  };
  const wait = (): void => {
    pause = pauseMs();
    timer = setTimeout(again, pause);
  };
  let timer = setTimeout(again, pause);
  const stop = (): void => clearTimeout(timer);
  return {
    stop,
    renew() {
      if (pause === pauseMs()) return;
      stop();
      wait();
    },
  };
}
