import type { Clock } from '../../host/system/clock.ts';

/** How long each handler did not serve: from what told of a loss until it serves again, healed by whomever. */
export interface Availability {
  /** Does not serve since a moment of the monotonic clock (milliseconds); `loss`: it did before. False where known. */
  down(handler: string, since: number, loss: boolean): boolean;
  /** Returns for how long it had not served, milliseconds. */
  up(handler: string, at: number): number;
  /** A full look at `at`: whatever is not listed is not wanted any more. A handler that served before was lost. */
  settle(handlers: readonly { readonly handler: string; readonly serves: boolean }[], at: number): void;
  /** `lostAt` is Unix milliseconds. */
  of(handler: string): { readonly lostAt: number | null; readonly unavailableMs: number };
  /** When each handler was lost last, Unix milliseconds, those of `lostBefore` included. */
  losses(): ReadonlyMap<string, number>;
}

/** Configurations may name ever new handlers; what is not wanted any more is forgotten beyond so many. */
const mostTracks = 2000;

interface Track {
  served: boolean;
  downSince: number | null;
  downMs: number;
}

/** Makes one that knows when handlers were lost under an earlier daemon; `lost` is called with each loss. */
export function createAvailability(
  clock: Pick<Clock, 'now' | 'wall'>,
  lostBefore: ReadonlyMap<string, number>,
  lost: () => void,
): Availability {
  const tracks = new Map<string, Track>();
  const losses = new Map(lostBefore);

  const track = (handler: string): Track => {
    const known = tracks.get(handler);
    if (known !== undefined) return known;
    const fresh: Track = { served: false, downSince: null, downMs: 0 };
    tracks.set(handler, fresh);
    return fresh;
  };

  const down = (handler: string, since: number, loss: boolean): boolean => {
    const one = track(handler);
    if (one.downSince !== null) return false;
    one.downSince = since;
    if (!loss) return true;
    losses.set(handler, Math.round(clock.wall() - (clock.now() - since)));
    lost();
    return true;
  };

  const up = (handler: string, at: number): number => {
    const one = track(handler);
    one.served = true;
    return endAbsence(one, at);
  };

  return {
    down,
    up,
    settle(handlers, at) {
      for (const { handler, serves } of handlers) {
        if (serves) up(handler, at);
        else down(handler, at, track(handler).served);
      }
      if (tracks.size > handlers.length) leaveOthers(tracks, new Set(handlers.map((one) => one.handler)), at);
    },
    of(handler) {
      const lostAt = losses.get(handler) ?? null;
      const one = tracks.get(handler);
      if (one === undefined) return { lostAt, unavailableMs: 0 };
      const open = one.downSince === null ? 0 : clock.now() - one.downSince;
      return { lostAt, unavailableMs: Math.round((one.downMs + open) * 1000) / 1000 };
    },
    losses: () => losses,
  };
}

/** It serves again, or is not missed any more; returns for how long it had not served. */
function endAbsence(one: Track, at: number): number {
  const gone = one.downSince === null ? 0 : Math.max(0, at - one.downSince);
  one.downMs += gone;
  one.downSince = null;
  return gone;
}

/** What is not wanted any more counts from the start of the daemon, as its heals do, should it be wanted again. */
function leaveOthers(tracks: Map<string, Track>, wanted: ReadonlySet<string>, at: number): void {
  for (const [handler, one] of tracks) {
    if (wanted.has(handler)) continue;
    endAbsence(one, at);
    one.served = false;
    if (tracks.size > mostTracks) tracks.delete(handler);
  }
}
