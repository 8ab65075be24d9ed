import { architectureOf } from '../core/catalogue.ts';
import type { Machine } from '../host/machine.ts';
import type { World } from './prepare.ts';

/** Notices that somebody changed the label of an interpreter, which no event tells reliably. */
export interface LabelWatch {
  /** Looks at all of them: a few system calls each, and next to nothing without SELinux. */
  look(world: World): Promise<void>;
}

/** `changed` is called once for each change: preparing again labels anew what is ours, and names what is not. */
export function createLabelWatch(machine: Pick<Machine, 'judgeLabel'>, changed: () => void): LabelWatch {
  let told: string | null = null;
  return {
    async look(world) {
      const known = world.problems.filter((p) => p.code === 'interpreter-label').map((p) => p.subject);
      const now: string[] = [];
      for (const { key, registration, held } of world.desired.handlers) {
        // The label of a file that users chose themselves is their affair.
        if (architectureOf(key) === undefined || held === true) continue;
        const path = Buffer.from(registration.interpreter, 'latin1').toString('utf8');
        if ((await machine.judgeLabel(path)) !== null) now.push(key);
      }
      const [before, after] = [known.toSorted().join(), now.toSorted().join()];
      // Where both say the same nothing has changed; where preparing did not help, it would not help again.
      if (before === after) told = null;
      else if (told !== after) {
        told = after;
        changed();
      }
    },
  };
}
