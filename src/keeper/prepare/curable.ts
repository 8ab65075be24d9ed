import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../core/config/config.ts';
import { textOf } from '../../core/kernel/bytes.ts';
import { architectureOf } from '../../core/platforms/catalogue.ts';
import type { ProblemCode } from '../../core/problems.ts';
import type { World } from './world.ts';

/** How urgently preparing again may help: something is missing, or only the version of an emulator is not known. */
export type Curable = 'no' | 'slowly' | 'yes';

/** What the machine may be cured of without anybody telling us. */
const curable: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'hung-path',
  'source-missing',
  'preparation-failed',
  'store-full',
  'store-read-only',
  'store-denied',
  'store-corrupt',
  'interpreter-missing',
  'interpreter-untrusted',
  'interpreter-noexec',
  'interpreter-mode',
  'interpreter-machine',
  'interpreter-not-elf',
  'interpreter-not-static',
  'interpreter-elsewhere',
  'binfmt-d-invalid',
]);

/** Whether a world may be better when it is prepared again. */
export function curableIn({ desired, problems, info }: World): Curable {
  if ((desired.unready ?? []).length > 0 || problems.some((p) => curable.has(p.code))) return 'yes';
  // Asked under load it may not have answered in time.
  const unknown = [...info].some(
    ([key, { version }]) => version === null && architectureOf(key) !== undefined,
  );
  return unknown ? 'slowly' : 'no';
}

/** Whether two worlds want the same of the kernel; what is said of them may differ. */
export function sameHandlers(a: World, b: World): boolean {
  const wishes = ({ desired, kept, info }: World): unknown => [desired, kept, info];
  return isDeepStrictEqual(wishes(a), wishes(b));
}

/** Paths on which it depends whether interpreters can be made ready. */
export function placesOf({ interpreters, handlers }: Config): readonly string[] {
  const own = handlers.map((h) => textOf(h.interpreter));
  return [interpreters.store, ...interpreters.sources, ...own];
}
