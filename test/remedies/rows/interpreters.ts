import { chmodSync } from 'node:fs';
import { mountMain, place, program, run } from '../causes.ts';
import { advice, type Rows, typed } from '../row.ts';

const own = (path: string): string => `handlers: [{name: mine, magic: QQQQ, interpreter: ${path}}]\n`;

/** Interpreters of ours and the store. */
export const rows: Rows = {
  'interpreter-noexec': typed({
    cause: 'a store that is mounted noexec',
    types: /^mount -o remount,exec /,
    async begin(desk) {
      mountMain(desk.world);
      place(desk.world, desk.world.store, 'mode=755,noexec');
      await desk.stay(run);
      return desk.reported('interpreter-noexec');
    },
  }),
  'interpreter-mode': typed({
    cause: 'an own handler whose interpreter has no x bit',
    types: /^chmod \+x /,
    async begin(desk) {
      const path = program(`${desk.world.dir}/mine`);
      chmodSync(path, 0o644);
      desk.world.configure(own(path));
      await desk.stay(run);
      return desk.reported('interpreter-mode');
    },
  }),
  'interpreter-untrusted': typed({
    cause: 'a store that everybody may write to',
    types: /^chown root:root /,
    async begin(desk) {
      chmodSync(place(desk.world, desk.world.store), 0o777);
      await desk.stay(run);
      return desk.reported('interpreter-untrusted');
    },
  }),
  'interpreter-not-static': advice('installs a package, or asks which of two things its owner wants'),
  'interpreter-machine': advice('installs a package, or names another program'),
  'interpreter-not-elf': advice('installs a package, or asks which of two things its owner wants'),
};
