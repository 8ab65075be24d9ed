// Runs a command of the project (start, test, check) or one of its TypeScript programs, on the Node that fits.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustBeNative } from './emulated-host.mjs';
import { nodeOf, stripsTypes } from './node.mjs';
import { installPackages } from './packages.mjs';
import { giveToOwner } from './places.mjs';
import { root } from './say.mjs';
import { runInForeground } from './steps.mjs';

/** What the programs make in the project. */
const products = ['dist', 'dist-packages', 'bench/results', 'browser-pictures'].map((name) =>
  join(root, name),
);
const commands = {
  start: () => import('./start.mjs'),
  demo: () => import('./demo.mjs'),
  test: () => import('./test.mjs'),
  check: () => import('./check.mjs'),
};

/** Makes sure of packages and Node, runs what is named and sets the exit status. */
export async function launch(name, args) {
  if (name === 'start' || name === 'demo') mustBeNative();
  await installPackages();
  const node = nodeOf(stripsTypes);
  // A program that starts `node` by name gets the same one: npm 9 and 10 do not link it into node_modules/.bin.
  process.env.PATH = `${dirname(node.path)}:${process.env.PATH ?? ''}`;
  const command = Object.hasOwn(commands, name) ? await commands[name]() : null;
  process.exitCode =
    command === null ? await runInForeground(node.path, [name, ...args]) : await command.run(node, args);
  await giveToOwner(products.filter((path) => existsSync(path)));
}
