import type { HostSigns } from '../../core/doctor/facts/facts.ts';
import { hostSigns, type Looked } from './host-signs.ts';

/** What a host shows of itself. */
export interface HostSight {
  hostSigns(looked: Looked): Promise<HostSigns>;
}

/** All of this room. */
export function signsFacet(): HostSight {
  return { hostSigns };
}
