import type { Config } from '../core/config/config.ts';
import type { Lasting } from '../core/report/lasting.ts';
import type { Machine } from '../host/machine.ts';
import type { Opened } from './mounts/open.ts';
import type { Refusal } from './mounts/refusal.ts';
import { type Hold, holdInstance } from './once/hold.ts';
import { openFor } from './once/open-for.ts';
import type { OncePolicy } from './once/policy.ts';
import { settle } from './once/settle.ts';

/** What the work gets; all of it is let go when the work is done. */
export interface Held {
  readonly opened: Opened;
  /** Takes the lock as the policy says, and mends the mounts where their keeper has just ended. */
  hold(): Promise<Hold>;
}

/** What came of the work. */
export interface Shot<T> {
  readonly result: T;
  /** Something was registered, so that the question how long it lasts makes sense. */
  readonly made: boolean;
  /** A foreign program that ran: it has to run again after letting go. */
  readonly proof: string | null;
}

/** What came of it all. */
export interface Done<T> {
  readonly ok: true;
  readonly opened: Opened;
  readonly result: T;
  /** null where nothing was made, or where it need not last. */
  readonly lasting: Lasting | null;
  /** Nobody had made the instance before us: where it does not last, nothing is left of it. */
  readonly first: boolean;
}

/**
 * The one way to work on an instance without staying: looks first who else holds it, opens it, does the work, lets
 * everything go, and only then says how long the entries last. Where another holder keeps them, an anchor that we
 * mounted is taken away again unless `persist` asks for it.
 */
export async function once<T>(
  machine: Machine,
  config: Config,
  policy: OncePolicy,
  work: (held: Held) => Promise<Shot<T>>,
): Promise<Done<T> | Refusal> {
  const { lasting: wish } = policy;
  const mayMake = policy.owns || machine.initialUserNamespace();
  const before = wish === null ? null : await machine.holdersBefore(config.mounts, mayMake);
  const opened = await openFor(machine, config, policy);
  if (!opened.ok) return opened;
  let shot: Shot<T>;
  try {
    shot = await work({ opened, hold: () => holdInstance(machine, config, policy, opened) });
  } finally {
    opened.mounts.close();
    opened.instance.close();
  }
  const { result, made, proof } = shot;
  const lasting =
    wish === null || before === null || !made
      ? null
      : await settle(machine, config, before, { ...wish, proof });
  return { ok: true, opened, result, lasting, first: before?.created === 'first' };
}
