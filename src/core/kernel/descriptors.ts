/**
 * How many descriptors a keeper needs, of which its children get a part: 30 at rest, 14 for two probes at once and a
 * child, 30 for entries that are kept open, the rest for who asks. Measured with all platforms: 74 at most.
 */
export const neededDescriptors = 96;

/** How many entries may stay open under a limit: what is left beside everything else. */
export function keptDescriptors(limit: number): number {
  return Math.max(0, Math.min(mostKept, limit - (neededDescriptors - 30)));
}

/** More than the handlers that anybody has; entries of others that are read once and again may use what is left. */
const mostKept = 256;
