/** A timer that rings at the earliest of the moments that it was set to. */
export interface Earliest {
  set(ms: number): void;
  clear(): void;
}

/** It is not set yet, and keeps no process alive. */
export function createEarliest(ring: () => void): Earliest {
  let timer: NodeJS.Timeout | null = null;
  let due = 0;
  const clear = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    set(ms) {
      const at = performance.now() + ms;
      if (timer !== null && due <= at) return;
      clear();
      due = at;
      timer = setTimeout(() => {
        timer = null;
        ring();
      }, ms);
      timer.unref();
    },
    clear,
  };
}
