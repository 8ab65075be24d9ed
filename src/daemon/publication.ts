import type { Config } from '../core/config.ts';
import type { Kept } from '../core/custody.ts';
import type { Desired } from '../core/desired.ts';
import { namesIn, publicationOf } from '../core/published.ts';
import type { Registration } from '../core/registration.ts';
import type { Machine } from '../host/machine.ts';
import type { World } from './prepare.ts';

/**
 * The same world with what follows from what it publishes. What it does not publish any more, by the files that lie
 * there and by what was published `before`, is withdrawn: entries of these names go too, where they are ours.
 */
export async function withPublication(
  machine: Machine,
  world: World,
  config: Config,
  before: Desired,
): Promise<World> {
  const { dir, files } = await machine.readPublishedFiles();
  const lines = config.publish.binfmtD ? publicationOf(world.desired).lines : [];
  const published = new Map<string, 'wanted' | 'withdrawn'>();
  for (const name of [...before.published.keys(), ...namesIn(files)]) published.set(name, 'withdrawn');
  for (const { name } of lines) published.set(name, 'wanted');
  return {
    ...world,
    desired: { ...world.desired, published },
    kept: [...world.kept, ...keptOf(lines, world.kept)],
    sources: config.publish.binfmtD ? [...world.sources, dir] : world.sources,
  };
}

/** Where a later file declares the same name, that is the line in force. */
function keptOf(lines: readonly Registration[], others: readonly Kept[]): readonly Kept[] {
  const taken = new Set(others.map((kept) => kept.name));
  return lines
    .filter(({ name }) => !taken.has(name))
    .map((registration) => ({
      name: registration.name,
      adopted: false,
      declared: { registration, where: '' },
      published: true,
    }));
}
