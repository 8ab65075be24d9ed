// How the npm commands speak. Like its neighbours plain JavaScript on node: modules alone, for the oldest Node that the
// keeper supports, because it runs before anything is installed.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's directory. */
export const root = join(fileURLToPath(import.meta.url), '../../..');

/** One line, on stderr: stdout belongs to the program that is started. */
export function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Says why it cannot go on, and ends. */
export function fail(text, status = 1) {
  say(text);
  process.exit(status);
}
