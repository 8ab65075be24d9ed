import type { Config } from '../../core/config/config.ts';
import { aliasesOf } from '../../core/kept/alias.ts';
import type { Registration } from '../../core/kernel/registration.ts';
import type { Kept } from '../../core/plan/custody.ts';
import type { Desired } from '../../core/plan/desired.ts';
import { betters } from '../../core/plan/order.ts';
import { namesIn, publicationOf, sparedNames } from '../../core/plan/published.ts';
import type { Declarations } from '../../host/files/facet.ts';
import { readDeclared } from '../kept/declared.ts';
import type { World } from './world.ts';

/**
 * The same world with what follows from what it publishes. What it does not publish any more, by the files that lie
 * there and by what was published `before`, is withdrawn: entries of these names go too, where they are ours. What a
 * file of somebody else declares is neither replaced nor withdrawn, though it may have an emulator of our store.
 */
export async function withPublication(
  machine: Declarations,
  world: World,
  config: Config,
  before: Desired,
): Promise<World> {
  const { files } = await machine.readPublishedFiles();
  const lines = config.publish.binfmtD ? publicationOf(world.desired).lines : [];
  const published = new Map(world.desired.published);
  const were = [...before.published].flatMap(([name, state]) => (state === 'alias' ? [] : name));
  const earlier = [...were, ...namesIn(files)].filter((name) => !published.has(name));
  if (lines.length === 0 && earlier.length === 0 && !config.publish.binfmtD) return world;
  const { declared, sources } = await readDeclared(machine, world.desired);
  const others = new Set([
    ...declared.map((one) => one.registration.name),
    ...world.kept.map((kept) => kept.name),
  ]);
  const ours = lines.filter(({ name }) => !others.has(name));
  const spared = config.publish.binfmtD ? sparedNames(world.desired) : new Set<string>();
  for (const name of earlier)
    if (!others.has(name)) published.set(name, spared.has(name) ? 'wanted' : 'withdrawn');
  for (const { name } of ours) published.set(name, 'wanted');
  return {
    ...world,
    desired: { ...world.desired, published },
    kept: [...world.kept, ...ours.map(keptOf)],
    sources: config.publish.binfmtD ? [...world.sources, ...sources] : world.sources,
  };
}

/** The same world with the names that aliases have. */
export function withAliases(world: World, { aliases }: Config): World {
  const { desired } = world;
  if (aliases === 'off') return world;
  const names = aliasesOf(desired, betters(desired.handlers), keptNames(world)).map(
    (a) => a.registration.name,
  );
  return { ...world, desired: { ...desired, published: new Map(names.map((name) => [name, 'alias'])) } };
}

/** Names that others register and we keep for them. */
export function keptNames({ kept }: World): ReadonlySet<string> {
  return new Set(kept.filter((one) => one.published !== true).map((one) => one.name));
}

function keptOf(registration: Registration): Kept {
  return {
    name: registration.name,
    adopted: false,
    declared: { registration, where: '' },
    published: true,
  };
}
