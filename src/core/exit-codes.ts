/** What the process's exit status means; the same for every command. */
export const exitCodes = {
  ok: 0,
  /** Degraded or failed. */
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  notPermitted: 3,
  /** This kernel, or this namespace, cannot do it. */
  notSupported: 4,
} as const;

/** One of the exit statuses. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
