/** What a daemon has opened, in order; each thing is added where it is opened. */
export interface Disposers {
  /**
   * `close` takes it back; `rest`, where there is one, makes it begin nothing more and is called for everything before
   * anything is closed. What is opened when all is closed already is closed at once, and `Closing` is thrown.
   */
  add(name: string, close: () => unknown, rest?: () => void): void;
  /** Closes everything in reverse order, whatever fails, and says what could not be closed. Once only. */
  close(): Promise<readonly Unclosed[]>;
}

/** Something that could not be closed: it threw, or did not end in time (`error` null). */
export interface Unclosed {
  readonly name: string;
  readonly error: unknown;
}

/** Thrown to whoever opens something after the end: nothing is to be built on it. */
class Closing extends Error {
  constructor(name: string) {
    super(`${name} was opened after the end`);
  }
}

/** A supervisor's patience is longer, but whoever ends by a defect holds lock, socket and address meanwhile. */
const limits = { eachMs: 400, allMs: 800 };

/**
 * Whatever is open is closed in the same way on every way out: a stop, a refusal, a defect on the way up and later.
 * A thing that hangs is left behind and keeps nothing else from being closed.
 */
export function createDisposers({ eachMs, allMs } = limits): Disposers {
  const open: { name: string; close: () => unknown; rest: () => void }[] = [];
  let closed: Promise<readonly Unclosed[]> | null = null;

  const closeAll = async (): Promise<readonly Unclosed[]> => {
    const unclosed: Unclosed[] = [];
    const end = performance.now() + allMs;
    for (const { name, rest } of open.toReversed()) {
      try {
        rest();
      } catch (error) {
        unclosed.push({ name, error });
      }
    }
    for (const { name, close } of open.toReversed()) {
      const failed = await attempt(close, Math.max(0, Math.min(eachMs, end - performance.now())));
      if (failed !== null) unclosed.push({ name, ...failed });
    }
    return unclosed;
  };

  return {
    add(name, close, rest = () => {}) {
      if (closed === null) return void open.push({ name, close, rest });
      void attempt(rest, 0);
      void attempt(close, 0);
      throw new Closing(name);
    },
    close() {
      closed ??= closeAll();
      return closed;
    },
  };
}

/** Runs something that may throw, reject or take too long; null where it did none of these. */
async function attempt(work: () => unknown, ms: number): Promise<{ readonly error: unknown } | null> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const result = work();
    if (!(result instanceof Promise)) return null;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(true), ms);
    });
    return (await Promise.race([result.then(() => false), late])) ? { error: null } : null;
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
}
