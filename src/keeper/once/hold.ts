import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import type { Instances } from '../../host/instance/facet.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Namespaces, Timed } from '../../host/system/facet.ts';
import { type Claim, createClaim } from '../mounts/claim.ts';
import type { Opened } from '../mounts/open.ts';
import type { OncePolicy } from './policy.ts';

/** What it uses of the machine. */
type Host = Timed & Instances & Namespaces;

/** What came of trying for the lock: work may go on, as the only one or beside another keeper; or why it may not. */
export type Hold =
  | { readonly may: true; readonly other: Other | null }
  | { readonly may: false; readonly other: Other }
  | ({ readonly may: false; readonly other: null } & Omit<NotOurs, 'ok' | 'held'>);

/** Another keeper has the instance; `older` is how one of an older version was recognized. */
type Other = Pick<Extract<Claim, { held: true }>, 'older'>;
type NotOurs = Extract<Claim, { held: false }>;

/** Tries to become the one keeper of an opened instance for as long as the work takes, as the policy says. */
export async function holdInstance(
  machine: Host,
  config: Config,
  policy: Pick<OncePolicy, 'lock' | 'patience'>,
  { instance, mounts, kept }: Opened,
): Promise<Hold> {
  const dir = runDirectory(config);
  if (policy.lock === 'look') return { may: true, other: await lookForKeeper(machine, instance.path, dir) };
  const claimed = await claimPatiently(machine, instance, dir, policy.patience);
  if (!claimed.ok) {
    if (claimed.held) return { may: policy.lock === 'beside', other: { older: claimed.older } };
    const { code, detail, exit } = claimed;
    return { may: false, other: null, code, detail, exit };
  }
  if (kept) {
    // The keeper that was seen has ended since, and may have taken its mounts along.
    mounts.hold(false);
    await mounts.mend('start');
  }
  return { may: true, other: null };
}

/** A one-shot that only looks has the lock for a moment, and any other one not for long. */
async function claimPatiently(
  machine: Host,
  instance: Instance,
  dir: string,
  { tries, pauseMs }: OncePolicy['patience'],
): Promise<Claim> {
  const claim = createClaim(machine, instance, dir);
  for (let left = tries; ; left--) {
    const claimed = await claim();
    if (claimed.ok || !claimed.held || claimed.stays || left <= 1) return claimed;
    await machine.clock.sleep(pauseMs);
  }
}

/** Tried on a descriptor of its own, and let go at once. */
async function lookForKeeper(machine: Host, path: string, dir: string): Promise<Other | null> {
  const again = machine.openInstance(path);
  if (!again.ok) return null;
  const claimed = await createClaim(machine, again.instance, dir)();
  again.instance.close();
  return !claimed.ok && claimed.held ? { older: claimed.older } : null;
}
