import { inTurn } from '../../core/in-turn.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import type { Outcome } from '../../core/outcome.ts';
import { runChild } from '../system/child.ts';
import type { Libc } from '../system/libc.ts';

/** The way to whoever supervises this process, by the protocol of sd_notify(3). */
export interface Notifier {
  /** How soon after one sign of life the supervisor wants the next, milliseconds; null where it does not watch. */
  readonly watchdogMs: number | null;
  /**
   * Sends assignments such as `READY=1`, all in one message; never throws and never waits for the receiver. The errno
   * of the failure, `EAFNOSUPPORT` for an address that is neither a path nor an abstract name.
   */
  send(...assignments: readonly string[]): Promise<Outcome>;
}

const limitMs = 2000;

/**
 * Takes the supervisor's address out of the environment, so that no child speaks in our name; null where nobody
 * supervises. Node has no Unix datagram sockets: FFI sends, or where it is missing systemd-notify(1).
 */
export function takeNotifier(libc: Libc | null, env: NodeJS.ProcessEnv): Notifier | null {
  const { NOTIFY_SOCKET: address, WATCHDOG_USEC: usec, WATCHDOG_PID: pid } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  if (!address) return null;
  const queue = inTurn();
  return {
    watchdogMs: watchdogMs(usec, pid),
    async send(...assignments) {
      if (!/^[/@]./s.test(address)) return notUnderstood(address);
      if (libc !== null) return libc.sendDatagram(socketName(address), Buffer.from(assignments.join('\n')));
      // One child after the other: two at once could change places.
      return queue(() => byCommand(address, assignments));
    },
  };
}

/** sd_watchdog_enabled(3): meant for us where WATCHDOG_PID is ours or absent. */
function watchdogMs(usec: string | undefined, pid: string | undefined): number | null {
  if (!/^[1-9]\d{0,15}$/.test(usec ?? '') || (pid !== undefined && pid !== String(process.pid))) return null;
  return Number(usec) / 1000;
}

/** `@` stands for the NUL that an abstract name begins with. Bytes, as the kernel has them. */
function socketName(address: string): string {
  return bytesOf(address).replace(/^@/, '\0');
}

/**
 * The child speaks for its parent. systemd believes a child only where NotifyAccess= is all, or where we have the
 * capability to send under another process id.
 */
async function byCommand(address: string, assignments: readonly string[]): Promise<Outcome> {
  // Children of ours get an empty environment, so env(1) hands the address over.
  const args = [`NOTIFY_SOCKET=${address}`, 'systemd-notify', ...assignments];
  const result = await runChild('env', args, { timeoutMs: limitMs });
  if (result.status === 0) return { ok: true };
  const why = result.stderr.trim() || (result.timedOut ? `no end within ${limitMs} ms` : 'it failed');
  return { ok: false, code: 'EIO', message: `systemd-notify: ${why}` };
}

function notUnderstood(address: string): Outcome {
  return {
    ok: false,
    code: 'EAFNOSUPPORT',
    message: `NOTIFY_SOCKET: expected a path or @ and a name, got ${JSON.stringify(address)}`,
  };
}
