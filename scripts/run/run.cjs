// What every npm script begins with. CommonJS in old syntax, so that a Node that is too old for all the rest can read it
// and say so before anything is installed.
'use strict';

// With a listener Node opens no debugger at SIGUSR1, which would let every local user run code as us.
process.on('SIGUSR1', () => {});

const [major, minor] = process.versions.node.split('.').map(Number);
const name = process.argv[2];

if (process.platform !== 'linux') {
  stop(`binfmt_misc is a part of Linux; this is ${process.platform}`);
} else if (major < 20 || (major === 20 && minor < 19)) {
  stop(
    `Node 20.19 or later is needed; this is ${process.versions.node} (${process.execPath}). Nothing was installed.\n` +
      `Get a newer one: https://nodejs.org/en/download${once()}`,
  );
} else {
  void import('./launch.mjs').then((launcher) => launcher.launch(name, process.argv.slice(3)));
}

/** npm can fetch the Node that the project pins for one command, into its cache. */
function once() {
  const pinned = `node-linux-${process.arch}`;
  const version = require('../node/package.json').optionalDependencies[pinned];
  if (version === undefined) return '';
  const command = process.env.npm_lifecycle_event || name;
  return `\nOr let npm fetch one for this once: npm exec --yes --package=${pinned}@${version} -- npm run ${command}`;
}

function stop(why) {
  console.error(`setup: ${why}`);
  process.exit(1);
}
