import { readFileSync } from 'node:fs';
import { parseLabel } from '../../core/kernel/label.ts';

/** Our own SELinux context; null without SELinux: another security module puts words of its own there. */
export function ownDomain(): string | null {
  try {
    const text = readFileSync('/proc/self/attr/current', 'latin1').replace(/[\0\n]+$/, '');
    return parseLabel(text) === null ? null : text;
  } catch {
    return null;
  }
}
