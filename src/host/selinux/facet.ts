import type { Access } from '../../core/kernel/container-access.ts';
import { judgeLabel } from './label.ts';
import type { Selinux } from './selinux.ts';

/** What the policy lets ordinary containers do. */
export interface Labels {
  readonly usesSelinux: boolean;
  /** Whether they may execute a file; `setting` is the label that it should have. */
  judgeLabel(path: string, setting?: string): Promise<Access>;
}

/** All of this room. */
export function labelFacet(selinux: Selinux): Labels {
  return {
    usesSelinux: selinux.present,
    judgeLabel: (path, setting) => judgeLabel(path, selinux, setting),
  };
}
