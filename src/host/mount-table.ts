import { readFileSync } from 'node:fs';
import { type Mount, parseMountinfo } from '../core/mountinfo.ts';

/**
 * The mount table of this process as it is now. Reading it never blocks and triggers nothing; a table that has not
 * changed is not parsed again, since every check of a path asks for it.
 */
export function readMounts(): readonly Mount[] {
  const text = readFileSync('/proc/self/mountinfo', 'latin1');
  if (text !== lastText) [lastText, lastMounts] = [text, parseMountinfo(text)];
  return lastMounts;
}

let lastText = '';
let lastMounts: readonly Mount[] = [];
