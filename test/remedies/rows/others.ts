import { chownSync, writeFileSync } from 'node:fs';
import { line, mountMain, place, program, run } from '../causes.ts';
import { advice, type Rows, typed, untried, type Way } from '../row.ts';

const alice = 1000;

/** Declared and adopted entries, checks, witnesses and HTTP. */
export const rows: Rows = {
  'declared-differs': typed({
    cause: 'an entry that is not what /etc/binfmt.d declares',
    types: /^echo -1 >/,
    async begin(desk) {
      mountMain(desk.world);
      writeFileSync(`${place(desk.world, '/etc/binfmt.d')}/theirs.conf`, line('theirs', '/bin/true'));
      desk.world.write(`${desk.world.main}/register`, line('theirs', '/bin/false'));
      await desk.stay(`${run} --binfmt-d true`);
      return desk.reported('declared-differs');
    },
  }),
  'binfmt-d-invalid': typed(masked('binfmt-d-invalid', ':theirs:M::QQQQ:')),
  'kept-without-interpreter': typed(masked('kept-without-interpreter', line('theirs', '/nowhere/theirs'))),
  'untrusted-interpreter': typed(hers(/^echo -1 >/)),
  'check-untrusted': typed({
    cause: 'a check that belongs to another user',
    types: /^chown root:root /,
    async begin(desk) {
      const check = program(`${desk.world.dir}/check`);
      chownSync(check, alice, alice);
      desk.world.configure(
        `handlers: [{name: mine, magic: QQQQ, interpreter: ${program(`${desk.world.dir}/mine`)}, check: {command: [${check}]}}]\n`,
      );
      await desk.stay(run);
      return desk.reported('check-untrusted');
    },
  }),
  'witness-missing': typed({
    cause: 'readiness.witness: required, and none',
    types: /--readiness-witness if-present$/,
    async begin(desk) {
      await desk.stay(`${run} --readiness-witness required`);
      return desk.reported('witness-missing');
    },
  }),
  'http-exposed': typed({
    cause: 'http.listen: 0.0.0.0:8676',
    types: /--http-listen 127\.0\.0\.1:8676$/,
    async begin(desk) {
      await desk.stay(`unshare -n sh -c 'ip link set lo up; exec ${run} --http-listen 0.0.0.0:8676'`);
      return desk.reported('http-exposed');
    },
  }),
  'http-taken': typed({
    cause: 'somebody else who answers there',
    types: /--http-listen unix:/,
    async begin(desk) {
      desk.world.must('mkdir', '-m', '755', `${place(desk.world, '/run')}/binfmt-keeper`);
      const other = 'require("http").createServer((_, to) => to.end("ok")).listen(18677, "127.0.0.1")';
      desk.world.child(process.execPath, ['-e', other]);
      await desk.stay(`${run} --http-listen 127.0.0.1:18677`);
      return desk.reported('http-taken');
    },
  }),
  'probe-hung': untried('needs an emulator that hangs'),
  'adopted-missing': advice('whether the name is wrong or its owner late is known to who wrote it'),
  'handler-refused': advice('which of the accepted ones is meant is known to who wrote it'),
  'check-failed': advice('what the check found has to be put right'),
  'check-hung': advice('whether the check is slow or stuck has to be looked at'),
  'canary-failed': advice('a bug, to be reported'),
  'canary-undecided': advice('the host has no room for one more process, which nobody can make from inside'),
  'probe-undecided': advice('the host has no room for one more process, which nobody can make from inside'),
  'witness-failed': advice('what the container lacks is given to it where it is started'),
  'witness-unavailable': advice('what is wrong with the directory is to be looked at'),
  'register-failed': advice('the kernel says why, and each reason has a remedy of its own'),
  'binfmt-d-unpublished': advice('who has the file decides whether it may go'),
  'native-taken': untried('needs a host that runs programs of a second architecture'),
  'older-foreign': untried('needs two versions of an emulator'),
};

function masked(code: 'binfmt-d-invalid' | 'kept-without-interpreter', text: string): Way {
  return {
    cause: 'a file in /usr/lib/binfmt.d',
    types: /^ln -s /,
    async begin(desk) {
      mountMain(desk.world);
      place(desk.world, '/etc/binfmt.d');
      writeFileSync(`${place(desk.world, '/usr/lib/binfmt.d')}/theirs.conf`, `${text}\n`);
      await desk.stay(`${run} --binfmt-d true`);
      return desk.reported(code);
    },
  };
}

function hers(types: RegExp): Way {
  return {
    cause: 'an interpreter that belongs to another user',
    types,
    async begin(desk) {
      mountMain(desk.world);
      const path = `${desk.world.dir}/hers`;
      desk.world.must('cp', '/usr/bin/qemu-aarch64-static', path);
      chownSync(path, alice, alice);
      await desk.stay(`${run} --precedence last`);
      await desk.verified();
      desk.world.register('hers', path);
      return desk.reported('untrusted-interpreter');
    },
  };
}
