/** Lets a part tell of something without knowing who hears: those who do are made later. */
export interface Signal<A extends readonly unknown[] = []> {
  /** Calls whoever hears, in the order in which they came. */
  tell(...what: A): void;
  hear(listener: (...what: A) => void): void;
}

/** Makes one that nobody hears. */
export function createSignal<A extends readonly unknown[] = []>(): Signal<A> {
  const listeners: ((...what: A) => void)[] = [];
  return {
    tell(...what) {
      for (const listener of listeners) listener(...what);
    },
    hear(listener) {
      listeners.push(listener);
    },
  };
}
