import type { ReportedProblem } from '../../../src/core/report/report.ts';
import { run } from '../causes.ts';
import type { Desk } from '../desk.ts';
import { advice, type Rows, typed } from '../row.ts';

/** Where a command or a daemon does not begin at all. */
export const rows: Rows = {
  'instance-missing': typed({
    cause: 'binfmt-keeper status where nothing is mounted',
    types: /^mount -t /,
    begin: async (desk) => desk.refused('instance-missing', 'binfmt-keeper status'),
    gone: async (desk) => desk.passes('instance-missing', 'binfmt-keeper status'),
  }),
  'sandbox-unavailable': typed({
    cause: 'user.max_user_namespaces is 0',
    types: /^sysctl -w user\.max_user_namespaces/,
    async begin(desk) {
      desk.world.write('/proc/sys/user/max_user_namespaces', '0');
      return desk.refused('sandbox-unavailable', sandbox);
    },
    gone: async (desk) => desk.passes('sandbox-unavailable', sandbox),
  }),
  'foreign-namespace': typed({
    cause: 'a user namespace in which nothing is mounted',
    types: /run --sandbox$/,
    begin: async (desk) => desk.refused('foreign-namespace', `env -u BINFMT_KEEPER_SANDBOX ${run}`),
    gone: (desk) => desk.started(),
  }),
  'no-permission': typed({
    cause: 'root without any right',
    types: /run --sandbox$/,
    begin: async (desk) => desk.refused('no-permission', `setpriv ${rightless} ${run}`),
    gone: (desk) => desk.started(),
  }),
  'too-few-descriptors': typed({
    cause: 'ulimit -n 50',
    types: /^ulimit -n 1024$/,
    next: run,
    begin: async (desk) => desk.refused('too-few-descriptors', `ulimit -n 50; ${run}`),
    gone: (desk) => desk.verified(),
  }),
  'lock-unavailable': typed({
    cause: 'BINFMT_KEEPER_NO_FFI=1 where flock(1) cannot be run',
    types: /^unset BINFMT_KEEPER_NO_FFI$/,
    next: run,
    async begin(desk) {
      const { dir } = desk.world;
      desk.world.must('mkdir', `${dir}/upper`, `${dir}/work`);
      const layers = `lowerdir=/usr,upperdir=${dir}/upper,workdir=${dir}/work`;
      desk.world.must('mount', '-t', 'overlay', '-o', layers, 'overlay', '/usr');
      desk.world.must('rm', '/usr/bin/flock');
      return desk.refused('lock-unavailable', `BINFMT_KEEPER_NO_FFI=1 ${run}`);
    },
    gone: (desk) => desk.verified(),
  }),
  'not-registered': typed({
    cause: 'binfmt-keeper status before anything was registered',
    types: / install /,
    async begin(desk) {
      desk.world.must('mount', '-t', 'binfmt_misc', 'binfmt_misc', desk.world.main);
      return told(desk, 'not-registered');
    },
    gone: async (desk) => desk.passes('not-registered', 'binfmt-keeper status'),
  }),
  'emulated-host': advice('another image is to be pulled'),
};

const sandbox = 'env -u BINFMT_KEEPER_SANDBOX binfmt-keeper install --sandbox';
const rightless = '--bounding-set=-all --inh-caps=-all --no-new-privs';

/** A problem of the report that a command prints. */
function told(desk: Desk, code: string): ReportedProblem {
  const { said } = desk.type('binfmt-keeper status -o json');
  const problem = (JSON.parse(said).problems as readonly ReportedProblem[]).find((p) => p.code === code);
  if (problem === undefined) throw new Error(`no ${code}: ${said}`);
  return problem;
}
