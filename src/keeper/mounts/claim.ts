import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import type { ProblemCode } from '../../core/problems.ts';
import type { Instances } from '../../host/instance/facet.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Namespaces } from '../../host/system/facet.ts';

/** What came of trying to become the one keeper of an instance. */
export type Claim =
  /** `contested`: somebody who is no keeper holds the lock of older versions; who, as the end of a sentence. */
  | { readonly ok: true; readonly contested: string | null }
  /** Another keeper has it, for long if it `stays`; `older` is how one of an older version was recognized. */
  | { readonly ok: false; readonly held: true; readonly older: string | null; readonly stays: boolean }
  /** The lock cannot be taken here by anybody like us. */
  | {
      readonly ok: false;
      readonly held: false;
      readonly code: ProblemCode;
      readonly detail: string;
      readonly exit: ExitCode;
    };

type Older = Awaited<ReturnType<Instances['findOlderKeeper']>>;

/**
 * Tries to become the one keeper of an instance, again and again by the same caller. Where the lock is ours, but the
 * one of older versions is not: an older keeper has the instance, and anybody else stops nobody.
 */
export function createClaim(
  machine: Instances & Namespaces,
  instance: Instance,
  dir: string,
): () => Promise<Claim> {
  let older: Older = null;
  return async () => {
    const taken = instance.lock();
    if (taken.ok) {
      older = taken.alone ? null : await machine.findOlderKeeper(instance.root, dir, older);
      if (older === null)
        return { ok: true, contested: taken.alone ? null : await machine.describeRootHolder(instance.root) };
      instance.unlock();
      return { ok: false, held: true, older: older.said, stays: false };
    }
    if (taken.code === 'EAGAIN') return { ok: false, held: true, older: null, stays: taken.stays === true };
    return { ok: false, held: false, ...refusal(taken, machine.initialUserNamespace()) };
  };
}

/** Whose instance it is decides who may write to it: root of the user namespace that mounted it first. */
function refusal(
  { code, message }: { readonly code: string; readonly message: string },
  initial: boolean,
): { readonly code: ProblemCode; readonly detail: string; readonly exit: ExitCode } {
  if (code !== 'EACCES' && code !== 'EPERM')
    return { code: 'lock-unavailable', detail: message, exit: exitCodes.notSupported };
  const whose = initial
    ? 'the instance is that of this host, and only its root may write to it'
    : 'the instance is that of the host or of an outer container, and root of this user namespace is not root there';
  return { code: 'no-permission', detail: `${message}; ${whose}`, exit: exitCodes.notPermitted };
}
