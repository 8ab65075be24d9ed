import { architectureOf } from '../platforms/catalogue.ts';
import { resolvePlatform } from '../platforms/platforms.ts';
import { listOfPlatforms } from '../platforms/spellings.ts';

/** A platform whose machines shall run all that is checked. */
export interface Wanted {
  readonly target: string;
  /** As it is told: `linux/arm64`, with its variant if one was asked for. */
  readonly name: string;
  /** The last part of `linux/amd64/v3`; null for the plain name. */
  readonly variant: string | null;
}

/** Reads `linux/arm64,linux/arm/v7`, or says what is wrong with it. */
export function wantedPlatforms(given: string): readonly Wanted[] | string {
  const wanted: Wanted[] = [];
  const names = listOfPlatforms(given);
  if (names.length === 0) return 'expected a platform, as linux/arm64';
  for (const name of names) {
    const found = resolvePlatform(name);
    if ('problem' in found)
      return found.suggestion === undefined
        ? found.problem
        : `${found.problem}; did you mean ${found.suggestion}?`;
    const variant = /^linux\/[^/]+\/(v\d+)$/.exec(name.toLowerCase())?.[1] ?? null;
    const plain = platformNameOf(found.target);
    wanted.push({ target: found.target, variant, name: variant === null ? plain : `${plain}/${variant}` });
  }
  return wanted;
}

/** The OCI name of a target, or its own where it has none. */
export function platformNameOf(target: string): string {
  return architectureOf(target)?.platforms[0] ?? target;
}
