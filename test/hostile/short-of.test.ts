import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Daemon } from '../e2e/daemon.ts';
import { targets } from '../e2e/foreign.ts';
import { suite } from '../e2e/suite.ts';
import type { World } from '../e2e/world.ts';
import { asStranger } from '../users.ts';

const [target] = targets;
const ours = `keeper-${target}`;

await suite(
  import.meta.url,
  'a host that is short of room',
  {
    'every directory for temporary files and the run directory are full at once: what serves goes on, healed and restarted':
      async (world) => {
        const places = ['tmp', '/var/tmp', '/dev/shm'].map((name) =>
          name.startsWith('/') ? name : `${world.dir}/${name}`,
        );
        mkdirSync(`${world.dir}/tmp`);
        for (const place of places)
          world.must('mount', '-t', 'tmpfs', '-o', 'mode=1777,size=1m,nr_inodes=50', 'tmpfs', place);
        const env = { TMPDIR: `${world.dir}/tmp` };
        const first = await world.startVerified({ env });
        world.must('mount', '--bind', world.run, world.run);
        world.remount(world.dir, 'size=64m,nr_inodes=400');
        mkdirSync(`${world.dir}/his`, { mode: 0o777 });
        world.must('chmod', '1777', `${world.dir}/his`);
        for (const place of [...places, `${world.dir}/his`]) fill(world, place);
        await heals(world, first);
        // A new line cannot be tried by a script now; what is there is enough.
        assert.equal(await first.ended('SIGTERM'), 0);
        const second = world.start({ env });
        await second.logged('that it is proved', (l) => l.event === 'verified' && l.handler === ours);
        await heals(world, second);
        for (const place of [...places, `${world.dir}/his`]) world.command('sh', '-c', `rm -rf ${place}/*`);
        const report = await second.verified(Date.now());
        assert.ok(report.ready);
        return undefined;
      },

    'a daemon that may have no more address space goes on or ends, and is never half alive': async (
      world,
    ) => {
      for (const more of [0, 3, 15]) {
        const daemon = await world.startVerified({ flags: ['--probe-interval', '1s'] });
        const limit = addressSpace(daemon.pid) + more * 1024 * 1024;
        world.must('prlimit', `--pid=${daemon.pid}`, `--as=${limit}:`);
        await setTimeout(2000);
        world.write(`${world.main}/${ours}`, '-1');
        const fate = await Promise.race([
          daemon.healed(ours, 'missing').then(
            () => 'healed',
            () => 'ended',
          ),
          daemon.ended(),
        ]);
        if (fate === 'healed') daemon.kill('SIGTERM');
        assert.notEqual(fate, 0, 'whoever dies of it says so by its status');
        await daemon.ended();
        // What a supervisor does.
        await (await world.startVerified()).ended('SIGTERM');
      }
      return undefined;
    },
  },
  'all',
);

/** As an ordinary user, to the last byte and inode. */
function fill(world: World, place: string): void {
  const [program = '', ...words] = asStranger;
  const script = 'cd "$0"; head -c 200M /dev/zero >f; i=0; while : >n$i; do i=$((i+1)); done';
  world.command(program, ...words, 'sh', '-c', `{ ${script}; } 2>/dev/null`, place);
  assert.notEqual(world.command('sh', '-c', 'echo >"$0/one-more"', place).status, 0, place);
}

async function heals(world: World, daemon: Daemon): Promise<void> {
  const from = daemon.log.length;
  world.write(`${world.main}/${ours}`, '-1');
  await daemon.healed(ours, 'missing', from);
  assert.ok(daemon.names().includes(ours) && daemon.runs(target));
}

function addressSpace(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmSize:\s+(\d+)/m.exec(status)?.[1]) * 1024;
}
