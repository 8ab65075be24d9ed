import { appendFileSync, chmodSync, chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { ProblemCode } from '../../../src/core/problems.ts';
import type { ReportedProblem } from '../../../src/core/report/report.ts';
import { target } from '../causes.ts';
import type { Desk } from '../desk.ts';
import { advice, type Rows, typed, untried, type Way } from '../row.ts';

/** What `store verify` finds, and the rest of the store and of probes. */
export const rows: Rows = {
  'store-file-missing': typed(spoilt('store-file-missing', / install /, (path) => rmSync(path))),
  'store-file-differs': typed(
    spoilt('store-file-differs', /^rm /, (path) => {
      rmSync(path);
      writeFileSync(path, 'x', { mode: 0o755 });
    }),
  ),
  'store-file-mode': typed(spoilt('store-file-mode', /^chmod 0755 /, (path) => chmodSync(path, 0o700))),
  'store-file-owner': typed(spoilt('store-file-owner', /^rm /, (path) => chownSync(path, 1000, 1000))),
  'store-file-kind': typed(
    spoilt('store-file-kind', /^rm -r /, (path) => {
      rmSync(path);
      mkdirSync(path);
    }),
  ),
  'store-manifest-damaged': typed(
    spoilt('store-manifest-damaged', / install$/, (_, dir) => appendFileSync(`${dir}/manifest.json`, 'x')),
  ),
  'bundle-invalid': advice('is to be typed where the bundle was made'),
  'bundle-unfit': advice('is to be typed on a machine of this architecture that has emulators'),
  'bundle-unsigned': advice('needs the secret key of whoever made the bundle'),
  'store-file-unlisted': untried('needs a deployment that was cut off'),
  'store-file-unreadable': advice('a disk that fails'),
  'store-file-unknown': advice('whose it is decides where it is to lie'),
  'store-users-unknown': advice('is to be typed on the host, outside of the container'),
  'store-file-label': { kind: 'vm', file: 'test/vm/guest/labels-after.sh', name: 'restorecon' },
  'interpreter-label': { kind: 'vm', file: 'test/vm/guest/labels-after.sh', name: 'restorecon' },
  'not-proven-for-containers': untried('needs SELinux'),
  'store-denied': advice('another place has to be chosen'),
  'store-corrupt': advice('it was set aside and deployed anew already'),
  'probe-unwritable': advice('which of two directories is to be writable has to be decided'),
  'probe-privileged': advice('installs a package'),
  'source-missing': advice('installs a package, or names a directory that only its owner knows'),
  'preparation-failed': advice('the detail names what failed'),
  'interpreter-missing': untried('of a deployed one, which the daemon deploys again by itself'),
  'entry-interpreter-emulated': untried('needs an emulator that runs an emulator'),
  'probe-not-registered': untried('what would cause it is healed by itself'),
  'probe-interpreter-missing': untried('needs an emulator with a loader'),
  'probe-permission': untried('needs a security module that denies'),
  'probe-killed': untried('needs an emulator that crashes'),
  'probe-wrong-interpreter': untried('what would cause it is healed by itself'),
  'probe-wrong-answer': untried('needs QEMU older than 6.0'),
};

const verify = 'binfmt-keeper store verify -o json';

function spoilt(code: ProblemCode, types: RegExp, spoil: (path: string, dir: string) => void): Way {
  return {
    cause: 'a deployed interpreter that is spoilt',
    types,
    async begin(desk) {
      desk.type(`binfmt-keeper install ${target}`);
      const dir = desk.world.store;
      const name = `qemu-${target}`;
      const hash = readdirSync(dir).find((one) => /^[0-9a-f]{16}$/.test(one)) ?? '';
      spoil(`${dir}/${hash}/${name}`, dir);
      const found = finding(desk, code);
      if (found === undefined) throw new Error(`no ${code}: ${desk.type(verify).said}`);
      return found;
    },
    gone: async (desk) => {
      if (finding(desk, code) !== undefined) throw new Error(desk.type(verify).said);
    },
  };
}

function finding(desk: Desk, code: ProblemCode): ReportedProblem | undefined {
  const { findings } = JSON.parse(desk.type(verify).said) as { findings: readonly ReportedProblem[] };
  return findings.find((one) => one.code === code);
}
