import { run } from '../causes.ts';
import { advice, type Rows, typed, type Way } from '../row.ts';

/** The daemon itself. */
export const rows: Rows = {
  paused: typed({
    cause: 'binfmt-keeper pause',
    types: / resume$/,
    async begin(desk) {
      await desk.stay(run);
      await desk.verified();
      desk.type('binfmt-keeper pause');
      return desk.reported('paused');
    },
  }),
  'no-ffi': typed({
    cause: 'BINFMT_KEEPER_NO_FFI=1',
    types: /^unset /,
    next: run,
    async begin(desk) {
      await desk.stay('env BINFMT_KEEPER_NO_FFI=1 binfmt-keeper run');
      return desk.reported('no-ffi');
    },
  }),
  'no-inotify': typed(inotify('max_inotify_instances'), inotify('max_inotify_watches')),
  'http-unavailable': typed({
    cause: 'an address that this host does not have',
    types: /--http-listen off$/,
    async begin(desk) {
      await desk.stay(`${run} --http-listen 192.0.2.1:8676`);
      return desk.reported('http-unavailable');
    },
  }),
  'lock-contested': advice('who holds the lock decides whether it may be ended'),
  'locked-by-another': advice('which of two keepers is to go is not for a machine to say'),
  'config-invalid': advice('what was meant is known to who wrote it'),
  'restart-needed': advice('the supervisor restarts it; where there is none, whoever started it'),
  'supervisor-unreachable': advice('a setting of the unit or of the container'),
  'state-unreadable': advice('nothing is to be done: what was damaged is set aside and made anew'),
  'log-dropped': advice('whoever reads the log has to go on reading'),
  'control-unavailable': advice('what is wrong with the directory is to be looked at'),
};

function inotify(limit: string): Way {
  return {
    cause: `${limit} is 0`,
    types: /^sysctl -w user\./,
    async begin(desk) {
      desk.world.write(`/proc/sys/user/${limit}`, '0');
      await desk.stay(run);
      return desk.reported('no-inotify');
    },
  };
}
