import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { catalogue } from '../../../src/core/platforms/catalogue.ts';
import { sampleHeaders } from '../../../src/core/platforms/catalogue-magic.ts';
import { programs } from '../../../src/host/last-resort/data.ts';
import { probeBytes } from '../../../src/host/probe/files.ts';
import { inPrivateInstance, requireKernel } from '../../kernel.ts';
import { scratch } from '../scratch.ts';

const bytesOf = (target: string): Buffer => Buffer.from(programs[target] ?? '', 'base64');
const here = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const foreign = here === 'aarch64' ? 'x86_64' : 'aarch64';
const platform = here === 'aarch64' ? 'linux/amd64' : 'linux/arm64';
/** The kernel compares class and machine alone here, which is what tells these two from the host's own programs. */
const magic =
  String.raw`\x7fELF\x02\x01\x01` +
  String.raw`\x00`.repeat(11) +
  (here === 'aarch64' ? String.raw`\x3e\x00` : String.raw`\xb7\x00`);
const mask = String.raw`\xff\xff\xff\xff\xff\xff\xff` + String.raw`\x00`.repeat(11) + String.raw`\xff\xff`;

/** A place with the program under both names and a file of another platform, and what a script needs to register it. */
function place(): string {
  const dir = scratch();
  for (const name of ['last-resort', 'last-resort-wait'])
    writeFileSync(join(dir, name), bytesOf(here), { mode: 0o755 });
  writeFileSync(join(dir, 'app'), probeBytes(foreign) ?? '', { mode: 0o755 });
  writeFileSync(
    join(dir, 'lib'),
    `B=/proc/sys/fs/binfmt_misc; cd ${dir}
reg() { printf %s ":$1:M::${magic}:${mask}:$2:$3" >$B/register; }
del() { printf %s -1 >$B/"$1"; }
`,
  );
  return dir;
}

function run(dir: string, script: string, shell = 'bash'): SpawnSyncReturns<string> {
  const [command, args] = inPrivateInstance(shell, '-c', `. ${dir}/lib; ${script}`);
  return spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 });
}

const explained = (path: string): string =>
  `${path}: a program for ${platform}; this host has no emulator for it. binfmt-keeper install ${platform}\n`;
const inPlace = 'reg none $PWD/last-resort POF;';
const waiting = 'reg none $PWD/last-resort-wait POF;';

describe('the program of last resort', () => {
  test('names the platform of every row of the catalogue, on both processors', () => {
    const dir = scratch();
    for (const target of Object.keys(programs)) {
      const program = join(dir, `program.${target}`);
      writeFileSync(program, bytesOf(target), { mode: 0o755 });
      const start = target === here ? [program] : [`qemu-${target}-static`, program];
      for (const row of catalogue.filter((a) => a.usable)) {
        for (const header of sampleHeaders(row)) {
          const file = join(dir, row.target);
          writeFileSync(file, header);
          const [command = '', ...args] = [...start, file, file];
          const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
          const name = row.platforms[0] ?? row.target;
          assert.equal(
            stderr,
            `${file}: a program for ${name}; this host has no emulator for it. binfmt-keeper install ${name}\n`,
          );
          assert.equal(status, 126);
        }
      }
    }
  });

  test('a path that a terminal would obey is escaped, and text of every language is shown', () => {
    const dir = place();
    const shown = (name: string): string =>
      spawnSync(join(dir, 'last-resort'), [name, name], { encoding: 'utf8' }).stderr.split(
        ': a program',
      )[0] ?? '';
    assert.equal(shown('/tmp/ä 漢 😀'), '/tmp/ä 漢 😀');
    assert.equal(shown('a\n\x1b[31mb\x7f'), String.raw`a\x0a\x1b[31mb\x7f`);
    assert.equal(shown('\u009b1m'), String.raw`\xc2\x9b1m`);
    assert.equal(shown('\u202etxt'), String.raw`\xe2\x80\xaetxt`);
    const long = shown('\n'.repeat(4000));
    assert.ok(long.length < 2000 && long.endsWith('...'), long.slice(-20));
  });

  test('without what the kernel hands over it says nothing and exits with 126', () => {
    const { status, stderr } = spawnSync(join(place(), 'last-resort'), ['--version'], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [126, '']);
  });

  test('the kernel starts it: argv[0] is another, the file cannot be read, /proc is not there, the root is another', (t) => {
    if (!requireKernel(t)) return;
    const dir = place();
    mkdirSync(join(dir, 'root'));
    const { stdout } = run(
      dir,
      `${inPlace} exec 2>&1
       ./app; echo $?; python3 -c 'import os; os.execv("./app", ["other", "x"])'; echo $?; chmod 111 app; setpriv --bounding-set=-all --inh-caps=-all -- ./app; echo $?
       cp app root/app; chroot root /app; echo $?
       unshare -m sh -c 'mount -t tmpfs none /proc; ./app; echo $?'`,
    );
    const once = `${explained('./app')}126\n`;
    assert.equal(stdout, `${once.repeat(3)}${explained('/app')}126\n${once}`);
  });

  test('a closed or broken stderr changes nothing', (t) => {
    if (!requireKernel(t)) return;
    const { stdout, stderr } = run(
      place(),
      `${inPlace} ./app 2>&-; echo $?; ./app >&- 2>&-; s=$?; echo $s; ./app <&- 2>&-; echo $?
       mkfifo p; exec 7<>p; exec 8>p; exec 7>&-; ./app 2>&8; echo $?; ./app 2>/dev/full; echo $?`,
    );
    assert.equal(stdout, '126\n'.repeat(5), stderr);
  });

  test('with -wait a handler that comes back in time costs no exec, and descriptors, arguments and environment are the same', (t) => {
    if (!requireKernel(t)) return;
    const dir = place();
    writeFileSync(
      join(dir, 'handler'),
      `#!/bin/sh
echo "$@"; env | grep -v ^_= | sort | md5sum; ls /proc/$$/fd | tr '\\n' ' '; exit 7
`,
      { mode: 0o755 },
    );
    const { stdout, stderr } = run(
      dir,
      `reg handler $PWD/handler P; ./app 1 '2 3' >before; echo $? >>before; del handler
       ${waiting} (sleep 0.05; reg handler $PWD/handler P) & ./app 1 '2 3' >after; echo $? >>after; cat after; cmp before after`,
    );
    assert.match(stdout, /^\.\/app \.\/app 1 2 3\n/, stderr);
    assert.equal(stderr, '');
    assert.match(stdout, /7\n$/);
  });

  test('with -wait and nothing that comes back it ends, says so, and was executed a bounded number of times', (t) => {
    if (!requireKernel(t)) return;
    const { stdout, stderr } = run(
      place(),
      `${waiting} strace -f -e trace=execve -o trace ./app; echo $?; grep -c execve trace
       del none; reg none $PWD/last-resort-wait POF; strace -e trace=execve,nanosleep -e inject=nanosleep:retval=0 -o trace ./app; echo $?
       # The time never passes.
       strace -e trace=execve,clock_gettime -e inject=clock_gettime:retval=0 -o trace ./app; grep -c execve trace`,
    );
    const [first, count, second, stopped] = stdout.trim().split('\n').map(Number);
    assert.equal(first, 126);
    assert.equal(second, 126);
    assert.ok(count !== undefined && count > 10 && count <= 128, stdout);
    assert.equal(stopped, 128, stdout);
    const said = `./app: a program for ${platform}; its handler is gone and did not come back in time. binfmt-keeper status\n`;
    assert.equal(stderr, said.repeat(3));
  });

  test('somebody else uses the timer: nothing is executed again, and the timer is not touched', (t) => {
    if (!requireKernel(t)) return;
    const { stdout, stderr } = run(
      place(),
      `${waiting} python3 -c 'import os, signal
signal.setitimer(signal.ITIMER_VIRTUAL, 50)
os.execv("/usr/bin/strace", ["strace", "-D", "-e", "trace=execve,setitimer", "-o", "trace", "./app"])'; echo $?; grep -c execve trace; grep -c setitimer trace`,
    );
    assert.equal(stdout, '126\n1\n0\n', stderr);
  });
});
