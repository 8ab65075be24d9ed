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

/** The meaning of each as help and manual give it. */
export const exitMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'all is well',
  1: 'degraded or failed',
  2: 'wrong usage or configuration',
  3: 'not permitted',
  4: 'not supported by this kernel or in this namespace',
};
