/** File names of the interpreter of last resort; it learns from its own name whether it may wait for a handler. */
export const lastResortNames = { explain: 'last-resort', wait: 'last-resort-wait' } as const;

/**
 * Whether an entry runs that program as keepers deploy it. It serves nobody: it says why a file cannot be run. So it counts
 * neither as what serves a platform, nor as what may stand in front of anything.
 */
export function isLastResort(entry: { readonly interpreter: string }): boolean {
  return deployed.test(entry.interpreter);
}

const deployed = /\/[0-9a-f]{16}\/last-resort(-wait)?$/;
