import { isKeptKey } from '../kept/task.ts';
import { isLastResortKey } from './lines.ts';

/** Whether a key is that of an entry beside the handlers, which has no place in what is desired. */
export function isBeside(key: string): boolean {
  return isKeptKey(key) || isLastResortKey(key);
}
