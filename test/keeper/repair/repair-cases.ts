import { nothingDesired, type Precedence } from '../../../src/core/plan/desired.ts';
import type { Handler } from '../../../src/core/plan/handler.ts';
import { type Item, makeHandler, type Scene } from '../scene.ts';

// Scenes in which random search once found a defect: in each an entry that goes hides a wrong one, which stays or goes later.

const [store1, store2, opt] = ['/store/1/emulator', '/store/2/emulator', '/opt/emulator'];

/** A leftover hides a wrong stand-in that stays, because the task which takes it away fails. */
export const hidesWrongStandIn = given(
  'theirs',
  [
    handler('k0', 'a10100', 'ff00ff', '', opt),
    handler('k1', 'a00001', 'ffffff', 'POCF', opt), //
  ],
  [
    off(entry('keeper-k0', 'a10100', 'ff00ff', '', opt)),
    off(entry('keeper-k1', 'a00000', 'ff0000', '', store1)),
    off(entry('keeper-k0.next', 'a00000', 'ff0000', '', store1)),
    entry('keeper-k1.next', 'a10000', 'ff0000', '', store1),
    { ...entry('old-k0', 'a10000', 'ff0000', '', store1), recorded: 'yes' },
  ],
);

/** A leftover hides an entry under the name of a handler whose interpreter does not answer. */
export const hidesHung = given(
  'ours',
  [
    handler('k0', 'a00000', 'ff00ff', 'F', store1),
    handler('k2', 'a10000', 'ff00ff', 'F', opt),
    handler('k1', 'a10100', 'ff0000', 'F', store2),
    handler('k3', 'a10100', 'ff0000', 'POCF', store1),
  ],
  [
    off(entry('keeper-k0', 'a00000', 'ff00ff', 'F', store1)),
    off(entry('keeper-k2', 'a00000', 'ff0000', '', store1)),
    entry('keeper-k1', 'a00000', 'ff0000', '', store1),
    off(entry('keeper-k0.next', 'a00000', 'ff00ff', 'F', store1)),
    { ...entry('old-k0', 'a00000', 'ff0000', 'F', store1), recorded: 'yes' },
  ],
);

/** An entry that steps aside hides a wrong one under the name of a handler whose interpreter does not answer. */
export const asideHidesHung = given(
  'theirs',
  [handler('k0', 'a00100', 'ff00ff', 'F', store2), handler('k1', 'a00000', 'ff0000', '', store2)],
  [
    { ...entry('qemu-a', 'a00000', 'ff00ff', '', store1), verdict: 'works' },
    entry('keeper-k1', 'a00000', 'ff0000', '', store1),
    entry('keeper-k0', 'a00100', 'ff00ff', 'F', store2),
  ],
);

/** A stand-in that steps aside hides another handler's wrong one, which goes later. */
export const asideHidesLeftover = given(
  'theirs',
  [
    handler('k0', 'a00101', 'ffffff', 'POCF', opt),
    handler('k1', 'a10101', 'ffff00', 'F', store1),
    handler('k2', 'a10100', 'ffff00', 'F', store2),
    handler('k3', 'a10100', 'feffff', '', store1),
  ],
  [
    off(entry('keeper-k1', 'a10101', 'ffff00', 'F', store1)),
    off(entry('keeper-k2', 'a00000', 'ff0000', '', store1)),
    off(entry('plain', 'a00000', 'ff0000', '', store1)),
    entry('qemu-a', 'a10000', 'ff0000', '', store1),
    entry('keeper-k1.next', 'a10101', 'ffff00', '', store1),
    entry('keeper-k2.next', 'a10100', 'ffff00', 'F', store2),
  ],
  false,
);

/** An entry that steps aside hides one with wrong flags, which stays, because what belongs there is refused. */
export const asideHidesRefused = given(
  'theirs',
  [
    handler('k1', 'a00000', 'ffffff', '', opt),
    handler('k0', 'a00000', 'ffff00', '', store1), //
  ],
  [
    { ...entry('qemu-a', 'a00000', 'ff0000', '', store1), verdict: 'works' },
    entry('keeper-k0', 'a00000', 'ffff00', 'POCF', store1),
    entry('keeper-k1', 'a00000', 'ffffff', '', opt),
  ],
);

function given(
  precedence: Precedence,
  handlers: readonly Handler[],
  items: readonly Item[],
  enabled = true,
): Scene {
  const desired = {
    ...nothingDesired,
    handlers,
    precedence,
    onStatusZero: 'heal',
    prefix: 'keeper-',
  } as const;
  return { desired: { ...desired, store: '/store' }, items, enabled, mistrusted: [] };
}

function handler(key: string, magic: string, mask: string, flags: string, interpreter: string): Handler {
  return makeHandler(key, { matcher: matcher(magic, mask), flags, interpreter });
}

function entry(name: string, magic: string, mask: string, flags: string, interpreter: string): Item {
  const registration = { name, matcher: matcher(magic, mask), flags, interpreter };
  return { registration, enabled: true, recorded: 'no', verdict: null };
}

function off(item: Item): Item {
  return { ...item, enabled: false };
}

function matcher(magic: string, mask: string) {
  return { kind: 'magic' as const, offset: 0, magic: bytes(magic), mask: bytes(mask) };
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
