import { isMoreSpecific, overlaps } from '../kernel/match.ts';
import type { Handler } from './handler.ts';

/**
 * Sorts handlers so that a more specific one stands before a more general one and configuration order decides the
 * rest. The kernel runs the first match, so the order is what makes a special handler reachable.
 */
export function inOrder(handlers: readonly Handler[]): Handler[] {
  const waiting = [...handlers];
  const sorted: Handler[] = [];
  while (waiting.length > 0) {
    const at = waiting.findIndex((h) => !waiting.some((g) => g !== h && precedes(g, h)));
    sorted.push(...waiting.splice(Math.max(at, 0), 1));
  }
  return sorted;
}

/** For each handler's key, the handlers that must stand in front of it: higher in the order, and overlapping. */
export function betters(ordered: readonly Handler[]): ReadonlyMap<string, readonly Handler[]> {
  return new Map(
    ordered.map((h, i) => [
      h.key,
      ordered.slice(0, i).filter((g) => overlaps(g.registration.matcher, h.registration.matcher)),
    ]),
  );
}

function precedes(a: Handler, b: Handler): boolean {
  return isMoreSpecific(a.registration.matcher, b.registration.matcher);
}
