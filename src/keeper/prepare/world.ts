import type { LastResort } from '../../core/last-resort/lines.ts';
import type { Kept } from '../../core/plan/custody.ts';
import { type Desired, nothingDesired } from '../../core/plan/desired.ts';
import type { Handler } from '../../core/plan/handler.ts';
import { usualName } from '../../core/plan/published.ts';
import type { LeftOut } from '../../core/platforms/select.ts';
import type { Problem } from '../../core/problems.ts';
import type { HandlerInfo } from './candidate.ts';

/** The desired state with everything deployed, and all that could not be done. */
export interface World {
  readonly desired: Desired;
  readonly info: ReadonlyMap<string, HandlerInfo>;
  readonly leftOut: readonly LeftOut[];
  /** Platforms that were asked for and got no handler. */
  readonly unmet: readonly {
    readonly target: string;
    readonly platforms: readonly string[];
    readonly why: string;
  }[];
  readonly problems: readonly Problem[];
  readonly sources: readonly string[];
  /** Entries of others that are kept alive. */
  readonly kept: readonly Kept[];
  /** Entries for those whom nobody serves. */
  readonly lastResorts?: readonly LastResort[];
}

/** The world before the first configuration. */
export const emptyWorld: World = {
  desired: nothingDesired,
  info: new Map(),
  leftOut: [],
  unmet: [],
  problems: [],
  sources: [],
  kept: [],
};

/** The same world without some of its handlers, or with others in their place. */
export function without(
  world: World,
  keys: ReadonlySet<string>,
  instead: ReadonlyMap<string, Handler> = new Map(),
): World {
  const { desired } = world;
  const gone = desired.handlers.filter((h) => keys.has(h.key) && !instead.has(h.key));
  return {
    ...world,
    desired: {
      ...desired,
      handlers: desired.handlers.flatMap((h) => (keys.has(h.key) ? (instead.get(h.key) ?? []) : h)),
      published: withdrawn(desired, gone),
    },
    unmet: [
      ...world.unmet,
      ...gone.map((h) => ({
        target: h.key,
        platforms: h.platforms,
        why: 'taken back: native programs stopped',
      })),
    ],
  };
}

function withdrawn({ published }: Desired, gone: readonly Handler[]): Desired['published'] {
  const names = new Set(gone.map((h) => usualName(h.key)));
  return new Map(
    [...published].flatMap(([name, state]): [string, typeof state][] => {
      if (!names.has(name)) return [[name, state]];
      // What is recorded and has no such name any more is a leftover.
      return state === 'alias' ? [] : [[name, 'withdrawn']];
    }),
  );
}
