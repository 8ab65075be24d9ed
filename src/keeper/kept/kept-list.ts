import type { Entry } from '../../core/kernel/entry.ts';
import type { Registration } from '../../core/kernel/registration.ts';
import { judge, type Kept, sameRegistration } from '../../core/plan/custody.ts';
import { isStored } from '../../core/plan/ownership.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { LiveMemory } from '../record/memory.ts';
import { toEntry } from '../repair/observe.ts';
import type { KeptView } from './kept-problems.ts';

/** What is kept, what earlier lists declared, and how an entry stands to both. */
export interface KeptList {
  use(kept: readonly Kept[], refuse: Refuse, store: string): void;
  all(): readonly Kept[];
  /** Of a line that we publish nothing is to be said: whether it is registered is systemd's affair. */
  shown(): readonly Kept[];
  /** Why a registration is not made, however it is wanted. */
  refuse: Refuse;
  judge(kept: Kept): KeptView;
  read(name: string): Entry | null;
}

type Refuse = (registration: Registration) => string | null;

/** Nothing is kept. */
export function createKeptList(instance: Instance, memory: LiveMemory): KeptList {
  let list: readonly Kept[] = [];
  let refuse: Refuse = () => null;
  let store = '';
  const former = new Map<string, readonly Registration[]>();
  const isOfStore = (interpreter: string): boolean => isStored(interpreter, store, memory);
  const read = (name: string): Entry | null => {
    const raw = instance.read(name);
    return raw && toEntry(name, raw);
  };
  return {
    use(next, refuseNext, nextStore) {
      for (const kept of list) {
        const was = kept.declared?.registration;
        const known = former.get(kept.name) ?? [];
        if (was !== undefined && !known.some((one) => sameRegistration(one, was)))
          former.set(kept.name, [...known, was].slice(-10));
      }
      list = next;
      refuse = refuseNext;
      store = nextStore;
    },
    all: () => list,
    shown: () => list.filter((kept) => kept.published !== true),
    refuse: (registration) => refuse(registration),
    judge(kept) {
      const entry = read(kept.name);
      const record = memory.adopted.get(kept.name)?.registration ?? null;
      return { kept, entry, ...judge(kept, record, former.get(kept.name) ?? [], entry, isOfStore) };
    },
    read,
  };
}
