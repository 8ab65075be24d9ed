import type { LoggerOptions } from 'pino';
import type { Logger } from '../../core/logger.ts';

/** A logger that makes one line of JSON of each call. */
export interface JsonLines {
  readonly logger: Logger;
  /** Resolves when no call waits for the library any more. */
  loaded(): Promise<void>;
}

/**
 * pino, loaded when something is told: it takes 10 ms, and most commands never tell anything. What is told until
 * it is there waits, with its time. Below `level` nothing is done.
 */
export function createJsonLines(level: string, write: (line: string) => void): JsonLines {
  const waiting: Call[] = [];
  /** When what is being written was told; null for now. */
  let told: Date | null = null;
  let logger: Logger | null = null;
  let loading: Promise<void> | null = null;
  const least = rankOf(level) ?? ranks.info;

  const load = async (): Promise<void> => {
    try {
      const { default: pino } = await import('pino');
      logger = pino(
        optionsOf(level, () => told ?? new Date()),
        { write },
      );
    } catch (error) {
      // A part of the bundle that is gone; whoever reads the log learns that it ends here.
      write(
        `{"level":60,"severity":"fatal","msg":${JSON.stringify(`the log cannot be written: ${error}`)}}\n`,
      );
    }
    for (const { severity, fields, sentence, at } of waiting.splice(0)) {
      told = at;
      if (logger !== null) pass(logger, severity, fields, sentence);
    }
    told = null;
  };

  const at =
    (severity: Severity) =>
    (fields: object | string, sentence?: string): void => {
      if (ranks[severity] < least) return;
      if (logger !== null) return void pass(logger, severity, fields, sentence);
      waiting.push({ severity, fields, sentence, at: new Date() });
      loading ??= load();
    };
  const own: Logger = {
    ...{ fatal: at('fatal'), error: at('error'), warn: at('warn') },
    ...{ info: at('info'), debug: at('debug'), trace: at('trace') },
  };
  return { logger: own, loaded: () => loading ?? Promise.resolve() };
}

interface Call {
  readonly severity: Severity;
  readonly fields: object | string;
  readonly sentence: string | undefined;
  readonly at: Date;
}

const ranks = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

type Severity = keyof typeof ranks;

function rankOf(level: string): number | null {
  if (level === 'silent') return Number.POSITIVE_INFINITY;
  return Object.entries(ranks).find(([name]) => name === level)?.[1] ?? null;
}

function optionsOf(level: string, now: () => Date): LoggerOptions {
  return {
    ...{ level, base: null, timestamp: () => `,"time":${JSON.stringify(now())}` },
    formatters: { level: (severity, number) => ({ level: number, severity }) },
  };
}

function pass(to: Logger, severity: Severity, fields: object | string, sentence: string | undefined): void {
  if (typeof fields === 'string') to[severity](fields);
  else if (sentence === undefined) to[severity](fields);
  else to[severity](fields, sentence);
}
