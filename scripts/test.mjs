// `npm test`: from a fresh clone to test results. Arguments replace the default of all tests.
import { release } from 'node:os';
import { installPackages, nodeOf, runInForeground, say, stripsTypes } from './setup.mjs';

const given = process.argv.slice(2);

installPackages();
const node = nodeOf(stripsTypes);
say(`testing on Node ${node.version}, Linux ${release()}`);
// Two at once: several tests time out what hangs, and on two cores more would starve each other.
process.exitCode = await runInForeground(node.path, [
  ...['--test', '--test-concurrency=2', '--test-reporter=spec'],
  ...(given.length > 0 ? given : ['test/**/*.test.ts']),
]);
