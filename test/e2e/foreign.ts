import { renderLine } from '../../src/core/kernel/registration.ts';
import { architectureOf } from '../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../src/core/platforms/catalogue-magic.ts';

/** Two architectures that the machine under test does not run by itself. */
export const targets: readonly [string, string] =
  process.arch === 'arm64' ? ['s390x', 'riscv64'] : ['aarch64', 'riscv64'];

/** A line for `register` as other tools write it: the magic of a target, an interpreter of theirs. */
export function foreignLine(name: string, target: string, interpreter: string, flags = 'F'): Buffer {
  const architecture = architectureOf(target);
  if (architecture === undefined) throw new Error(`no architecture ${target}`);
  return Buffer.from(renderLine({ name, matcher: matcherOf(architecture), interpreter, flags }));
}
