// `npm run check`: everything that a change must pass. All steps run, so that one run shows every fault.
import { join } from 'node:path';
import { installPackages, nodeOf, root, runInForeground, say, stripsTypes } from './setup.mjs';

installPackages();
const node = nodeOf(stripsTypes).path;
const bin = join(root, 'node_modules/.bin');
const lintOptions = [
  '--error-on-warnings',
  '--diagnostic-level=warn',
  `--colors=${process.stdout.isTTY ? 'force' : 'off'}`,
];
const steps = [
  // By path: more than one package may claim the name tsc.
  ['types', [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']],
  ['lint and format', [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'ci', ...lintOptions]],
  ['layering', [join(root, 'scripts/test.mjs'), 'test/architecture/*.test.ts']],
  ['dead code', [join(root, 'node_modules/knip/bin/knip.js')]],
  ['tests', [join(root, 'scripts/test.mjs')]],
];
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
const failed = [];
for (const [name, args] of steps) {
  say(name);
  if ((await runInForeground(node, args, { env })) !== 0) failed.push(name);
}
if (failed.length > 0) say(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
