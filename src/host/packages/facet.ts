import type { PackageFacts } from '../../core/store/package-facts.ts';
import { packageOf } from './dpkg.ts';

/** What the distribution knows of files. */
export interface Packages {
  packageOf(path: string): Promise<PackageFacts | null>;
}

/** All of this room. */
export function packageFacet(): Packages {
  return { packageOf };
}
