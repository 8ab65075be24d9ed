import type { Config } from '../core/config/config.ts';
import { nothingDesired } from '../core/plan/desired.ts';
import type { Instance } from '../host/instance/instance.ts';
import type { Situation } from './prepare/situation.ts';
import { emptyWorld, type World } from './prepare/world.ts';
import type { LiveMemory } from './record/memory.ts';
import { createRepair } from './repair/repair.ts';

/** The situation of a keeper, and the two ways in which it changes. */
export interface InForce {
  situation(): Situation;
  /** Another configuration or other wishes: repaired anew. */
  replace(config: Config, world: World): void;
  /** The same wishes, of which something else is to be said. */
  retell(config: Config, world: World): void;
  /** The first configuration came into force: before it everything of an earlier run would be a leftover. */
  begin(): void;
  hasBegun(): boolean;
}

/** Nothing is wanted yet. */
export function createInForce(instance: Instance, memory: LiveMemory, config: Config): InForce {
  let situation: Situation = {
    config,
    world: emptyWorld,
    repair: createRepair(instance, nothingDesired, memory),
  };
  let begun = false;
  return {
    situation: () => situation,
    replace(next, world) {
      situation = { config: next, world, repair: createRepair(instance, world.desired, memory) };
    },
    retell(next, world) {
      situation = { ...situation, config: next, world };
    },
    begin() {
      begun = true;
    },
    hasBegun: () => begun,
  };
}
