import type { Config } from '../core/config.ts';
import type { Handler } from '../core/handler.ts';
import type { CanaryWatch } from './canary.ts';
import { without } from './prepare.ts';
import type { ProblemBoard } from './problem-board.ts';
import type { Situation } from './situation.ts';

/** What the guard needs of the keeper. */
export interface GuardParts {
  readonly canaries: CanaryWatch;
  readonly board: ProblemBoard;
  readonly situation: () => Situation;
  readonly use: (config: Config, world: Situation['world']) => void;
  /** Gives a foreign entry up for good. */
  readonly bar: (name: string) => void;
  readonly lookAtAll: () => void;
  readonly changed: () => void;
}

/** Takes handlers that stop native programs out of what is wanted, whatever the configuration says. */
export interface NativeGuard {
  /** Tries native programs after handlers of these keys, or these entries of others, were registered. */
  check(keys: ReadonlySet<string | null>, kept: readonly Handler[]): Promise<void>;
}

/** Makes the guard of one keeper. */
export function createNativeGuard(parts: GuardParts): NativeGuard {
  const { canaries, board, situation, use } = parts;
  let isolating = false;

  /** Several new handlers came at once and one of them is to blame: each comes back alone and is tried alone. */
  const isolate = async (world: Situation['world'], suspects: readonly Handler[]): Promise<void> => {
    const { config } = situation();
    const barred = new Set(suspects.map((h) => h.key));
    isolating = true;
    try {
      for (const suspect of suspects) {
        barred.delete(suspect.key);
        use(config, without(world, barred));
        parts.lookAtAll();
        const { takenBack, why } = await canaries.check([suspect]);
        if (situation().config !== config) break;
        if (takenBack.length === 0) continue;
        barred.add(suspect.key);
        use(config, without(world, barred));
        board.set('canary-failed', suspect.registration.name, why);
      }
    } finally {
      isolating = false;
    }
  };

  return {
    async check(keys, kept) {
      const gone = await canaries.check(kept);
      for (const { registration } of gone.takenBack) {
        parts.bar(registration.name);
        board.set('canary-failed', registration.name, gone.why);
      }
      if (isolating) return;
      const { config, world } = situation();
      const { takenBack, why } = await canaries.check(world.desired.handlers.filter((h) => keys.has(h.key)));
      if (takenBack.length === 0) return;
      // A configuration that came into force meanwhile stays: what it registers is tried by itself.
      if (situation().world !== world) return parts.lookAtAll();
      use(config, without(world, new Set(takenBack.map((h) => h.key))));
      if (takenBack.length > 1) await isolate(world, takenBack);
      else for (const h of takenBack) board.set('canary-failed', h.registration.name, why);
      parts.changed();
    },
  };
}
