import type { Rows } from './row.ts';
import { rows as daemon } from './rows/daemon.ts';
import { rows as doctor } from './rows/doctor.ts';
import { rows as entries } from './rows/entries.ts';
import { rows as interpreters } from './rows/interpreters.ts';
import { rows as mounts } from './rows/mounts.ts';
import { rows as others } from './rows/others.ts';
import { rows as refusals } from './rows/refusals.ts';
import { rows as store } from './rows/store.ts';

/** Every code of a problem with how its remedy is shown to help. */
export const table: Rows = {
  ...mounts,
  ...refusals,
  ...entries,
  ...interpreters,
  ...store,
  ...others,
  ...daemon,
  ...doctor,
};
