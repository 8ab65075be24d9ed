// `npm test [WORD…]`: a word is a directory of test/, or a file, a pattern or an option of node --test; none is all.
import { existsSync, readdirSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { fail, root, say } from './say.mjs';
import { runInForeground } from './steps.mjs';

/** Returns the exit status of the tests. */
export function run(node, words) {
  const options = words.filter((word) => word.startsWith('-'));
  const chosen = words.filter((word) => !word.startsWith('-')).map(patternOf);
  say(`testing on Node ${node.version}, Linux ${release()}`);
  if (chosen.length === 0)
    say('all tests: about five minutes on two cores; for a first answer in seconds: npm test -- core');
  return runInForeground(node.path, [
    // Two at once: several tests time out what hangs, and on two cores more would starve each other.
    ...['--test', '--test-concurrency=2', '--test-reporter=spec', ...options],
    ...(chosen.length > 0 ? chosen : ['test/**/*.test.ts']),
  ]);
}

function patternOf(word) {
  const directory = join(root, 'test', word);
  if (
    existsSync(directory) &&
    readdirSync(directory, { recursive: true }).some((name) => name.endsWith('.test.ts'))
  )
    return `test/${word}/**/*.test.ts`;
  if (/[*/.]/.test(word)) return word;
  return fail(`no tests are called ${word}; there are ${directoriesWithTests().join(', ')}`, 2);
}

function directoriesWithTests() {
  const entries = readdirSync(join(root, 'test'), { withFileTypes: true, recursive: true });
  const found = entries.filter((e) => e.name.endsWith('.test.ts') && e.parentPath !== join(root, 'test'));
  return [...new Set(found.map((e) => e.parentPath.slice(join(root, 'test/').length)))].sort();
}
