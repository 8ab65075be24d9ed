// `npm run check`: everything that a change must pass. All steps run, so that one run shows every fault.
import { join } from 'node:path';
import { root, say } from './say.mjs';
import { runInForeground } from './steps.mjs';
import { run as test } from './test.mjs';

const lintOptions = [
  '--error-on-warnings',
  '--diagnostic-level=warn',
  `--colors=${process.stdout.isTTY ? 'force' : 'off'}`,
];
const program =
  (path, ...args) =>
  (node) =>
    runInForeground(node.path, [join(root, 'node_modules', path), ...args]);
const steps = [
  // By path: more than one package may claim the name tsc.
  ['types', program('typescript/bin/tsc', '-p', '.')],
  ['lint and format', program('@biomejs/biome/bin/biome', 'ci', ...lintOptions)],
  ['layering', (node) => test(node, ['architecture'])],
  ['dead code', program('knip/bin/knip.js')],
  ['tests', (node) => test(node, [])],
];

/** Returns 1 where any step failed. */
export async function run(node) {
  const failed = [];
  for (const [name, step] of steps) {
    say(name);
    if ((await step(node)) !== 0) failed.push(name);
  }
  if (failed.length > 0) say(`failed: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}
