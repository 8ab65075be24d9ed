import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ProblemCode } from '../../../src/core/problems.ts';
import { probeBytes } from '../../../src/host/probe/files.ts';
import { hang, line, mountMain, ours, place, program, run, target } from '../causes.ts';
import type { Desk } from '../desk.ts';
import { advice, type Rows, typed, untried, type Way } from '../row.ts';

const removes = /^echo -1 >/;

/** Entries of somebody else beside ours. */
export const rows: Rows = {
  'status-zero': typed(switchedOff(/^echo 1 >/), switchedOff(/--on-status-zero heal$/)),
  'name-taken': typed(taken(removes), taken(/--names /)),
  shadowed: typed(shadow(removes), shadow(/--precedence ours$/)),
  'entry-hidden': typed(meeting('entry-hidden', 'QQQQ', 'QQQQ')),
  'entry-overlapped': typed(meeting('entry-overlapped', 'QQQQQQ', 'QQQQ')),
  'entry-in-front': typed(meeting('entry-in-front', 'QQQQQQ', 'QQQQ')),
  'entry-covered': untried('status prints its code alone, and doctor the remedy'),
  'dangerous-entry': {
    kind: 'elsewhere',
    file: 'test/e2e/danger.test.ts',
    name: 'are removed where the configuration says so, by whatever name and as often as they come',
  },
  'entry-interpreter-missing': typed(sick('entry-interpreter-missing', removes, ({ path }) => rmSync(path))),
  'entry-interpreter-mode': typed(
    sick('entry-interpreter-mode', /^chmod \+x /, ({ path }) => chmodSync(path, 0o644)),
    sick('entry-interpreter-mode', removes, ({ path }) => chmodSync(path, 0o644)),
  ),
  'entry-interpreter-noexec': typed(
    sick('entry-interpreter-noexec', /^mount -o remount,exec /, noexec),
    sick('entry-interpreter-noexec', removes, noexec),
  ),
  'entry-interpreter-machine': typed(sick('entry-interpreter-machine', removes, foreign)),
  'entry-interpreter-hung': typed(hung(/^umount -l /), hung(removes)),
  'entry-not-renewable': typed(
    sick('entry-not-renewable', removes, ({ path }) => chmodSync(path, 0o644), 'F'),
  ),
  'stale-interpreter': typed({
    ...sick(
      'stale-interpreter',
      /--adopt theirs$/,
      ({ path }) => {
        program(`${path}.new`);
        renameSync(`${path}.new`, path);
      },
      'F',
    ),
  }),
  'entry-interpreter-loop': untried('needs an interpreter that its own entry takes'),
  'entry-off': untried('is told of an entry that somebody switched off'),
  'entry-duplicate': untried('is told of two names for one line'),
  'heal-storm': advice('who writes has to be found'),
};

function switchedOff(types: RegExp): Way {
  return {
    cause: '0 in status, and onStatusZero: respect',
    types,
    async begin(desk) {
      await desk.stay(`${run} --on-status-zero respect`);
      await desk.verified();
      desk.world.write(`${desk.world.main}/status`, '0');
      return desk.reported('status-zero');
    },
  };
}

function taken(types: RegExp): Way {
  return {
    cause: 'an entry of somebody else with our name',
    types,
    async begin(desk) {
      mountMain(desk.world);
      desk.world.write(`${desk.world.main}/register`, line(ours, '/bin/true'));
      await desk.stay(run);
      return desk.reported('name-taken');
    },
  };
}

function shadow(types: RegExp): Way {
  return {
    cause: 'a broken entry in front of ours while the keeper is paused',
    types,
    async begin(desk) {
      await desk.stay(run);
      await desk.verified();
      desk.type('binfmt-keeper pause');
      desk.world.register('theirs', program(`${desk.world.dir}/theirs`));
      return desk.reported('shadowed');
    },
  };
}

function meeting(code: ProblemCode, front: string, behind: string): Way {
  return {
    cause: 'two entries that match the same files',
    types: removes,
    async begin(desk) {
      mountMain(desk.world);
      const path = program(`${desk.world.dir}/one`);
      desk.world.write(`${desk.world.main}/register`, line('behind', '/bin/false', '', behind));
      desk.world.write(`${desk.world.main}/register`, line('front', path, '', front));
      await desk.stay(run);
      return desk.wrong(code);
    },
  };
}

interface Theirs {
  readonly desk: Desk;
  readonly dir: string;
  readonly path: string;
}

/** An entry whose interpreter, on a mount of its own, is spoilt. */
function sick(code: ProblemCode, types: RegExp, spoil: (theirs: Theirs) => void, flags = ''): Way {
  return {
    cause: `an interpreter that is spoilt${flags === '' ? '' : `, and flags ${flags}`}`,
    types,
    async begin(desk) {
      mountMain(desk.world);
      const dir = place(desk.world, `${desk.world.dir}/with a blank`);
      const path = program(`${dir}/theirs`);
      desk.world.write(`${desk.world.main}/register`, line('theirs', path, flags));
      await desk.stay(run);
      await desk.verified();
      spoil({ desk, dir, path });
      return desk.reported(code);
    },
  };
}

function noexec({ desk, dir }: Theirs): void {
  desk.world.remount(dir, 'noexec');
}

function foreign({ path }: Theirs): void {
  writeFileSync(`${path}.new`, probeBytes(target === 's390x' ? 'aarch64' : 's390x') ?? '', { mode: 0o755 });
  renameSync(`${path}.new`, path);
}

function hung(types: RegExp): Way {
  return {
    cause: 'an interpreter below a mount that hangs',
    types,
    hangs: true,
    async begin(desk) {
      mountMain(desk.world);
      const dir = `${desk.world.dir}/served`;
      hang(desk.world, dir);
      desk.world.write(`${desk.world.main}/register`, line('theirs', `${dir}/theirs`));
      await desk.stay(run);
      return desk.reported('entry-interpreter-hung');
    },
    // What is below it is gone then, which is another cause.
    gone: (desk) => desk.gone({ code: 'entry-interpreter-hung', subject: 'theirs' }),
  };
}
