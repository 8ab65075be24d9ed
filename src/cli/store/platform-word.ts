import { resolvePlatform } from '../../core/platforms/platforms.ts';

/** The target that a word means as a platform; null where it means none. */
export function targetOf(word: string): string | null {
  const resolved = resolvePlatform(word);
  return 'target' in resolved ? resolved.target : null;
}
