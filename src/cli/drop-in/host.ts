import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import type { Instance } from '../../host/instance/instance.ts';
import type { Machine } from '../../host/machine.ts';
import { type Claim, createClaim } from '../../keeper/mounts/claim.ts';
import { type Opened, openHost, type Refusal } from '../../keeper/mounts/open.ts';
import { readReport } from '../commands/one-shot.ts';
import { owns } from '../sandbox/owns.ts';

/**
 * Opens the instance for looking and removing. In a container with a /proc of its own it is mounted nowhere yet: then
 * at the usual place, as tonistiigi/binfmt does, and no anchor, for nothing is made here that has to last.
 */
export async function openToLook(machine: Machine, config: Config): Promise<Opened | Refusal> {
  const options = { owns: owns(), mayMount: false };
  const found = await openHost(machine, config, options);
  const mayMount = machine.initialUserNamespace() || owns();
  if (found.ok || !mayMount || found.code === 'emulated-host' || found.code === 'no-kernel-support')
    return found;
  const mounted = await machine.mountMain(config.mounts.main);
  return mounted.ok
    ? openHost(machine, config, options)
    : openHost(machine, config, { ...options, mayMount });
}

/**
 * Tries to take the lock. Another one-shot gives it back soon; a keeper that runs but cannot be reached does not, and
 * goes on under names of its own: then we do as other tools do, without the lock.
 */
export async function takeLock(machine: Machine, instance: Instance, config: Config): Promise<Claim> {
  const report = await readReport(machine, config);
  const pid = report?.daemon?.pid;
  const tries = pid !== undefined && machine.isAlive(pid) ? 1 : waitMs / pauseMs;
  const claim = createClaim(machine, instance, runDirectory(config));
  for (let left = tries; ; left--) {
    const claimed = await claim();
    if (claimed.ok || !claimed.held || left <= 1) return claimed;
    await sleep(pauseMs);
  }
}

const waitMs = 3000;
const pauseMs = 50;
