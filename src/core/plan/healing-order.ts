import type { Handler } from './handler.ts';

/**
 * In which order handlers are registered where many are gone at once: those that are used most first, but behind the
 * ones that they must stand in front of, since the kernel puts each new registration at the head of its list. `better`
 * is what `betters` gives.
 */
export function healingOrder(
  handlers: readonly Handler[],
  better: ReadonlyMap<string, readonly Handler[]>,
): Handler[] {
  const worse = new Map<Handler, Handler[]>();
  for (const handler of handlers) {
    for (const one of better.get(handler.key) ?? []) worse.set(one, [...(worse.get(one) ?? []), handler]);
  }
  const ordered = new Set<Handler>();
  // Whatever is worse than something worse overlaps both or matters to neither, and no handler is its own.
  const add = (handler: Handler): void => {
    if (ordered.has(handler)) return;
    for (const one of worse.get(handler) ?? []) add(one);
    ordered.add(handler);
  };
  // Where nothing else decides, the worst first, as where all overlap.
  for (const handler of handlers.toReversed().toSorted((a, b) => rankOf(a) - rankOf(b))) add(handler);
  return [...ordered];
}

/** By what people build and run. */
const mostUsed = [
  'linux/arm64',
  'linux/amd64',
  'linux/arm/v7',
  'linux/riscv64',
  'linux/386',
  'linux/s390x',
  'linux/ppc64le',
];

function rankOf({ platforms }: Handler): number {
  const rank = mostUsed.findIndex((platform) => platforms.includes(platform));
  if (rank >= 0) return rank;
  return platforms.length > 0 ? mostUsed.length : mostUsed.length + 1;
}
