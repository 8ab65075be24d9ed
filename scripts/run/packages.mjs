// Installs the packages of package-lock.json so that node_modules is complete or absent, whatever interrupts it.
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { giveToOwner, mustBeWritable } from './places.mjs';
import { fail, root, say } from './say.mjs';
import { step } from './steps.mjs';

const modules = join(root, 'node_modules');
const hidden = '.package-lock.json';
/** One for each run, beside node_modules: a run that was killed may have left an npm that still writes. */
const prefix = '.install-';
const manifests = ['package.json', 'package-lock.json', 'scripts/node/package.json', '.npmrc'];

/** Installs the packages where node_modules lacks any: beside it first, then put in its place. */
export async function installPackages() {
  await removeLeftovers();
  const lacks = lacking();
  if (lacks === null) return;
  mustBeWritable([root, modules]);
  if (existsSync(modules)) say(`node_modules is incomplete or of another machine (${lacks} is missing)`);
  const work = join(root, `${prefix}${process.pid}`);
  process.on('exit', () => remove(work));
  for (const file of manifests.filter((name) => existsSync(join(root, name)))) {
    mkdirSync(dirname(join(work, file)), { recursive: true });
    cpSync(join(root, file), join(work, file));
  }
  say('installing packages (npm ci): about 130 MB are downloaded, 360 MB kept in node_modules');
  await npmInstall(work);
  await giveToOwner([work]);
  if (lacking() !== null) putInPlace(work); // else another run was faster
  const still = lacking();
  if (still !== null)
    fail(`npm installed everything but ${still}, without a word; does the registry have it?`);
  remove(work);
  await removeLeftovers(); // an npm whose start was killed may have gone on until now
}

async function npmInstall(work) {
  const npm = process.env.npm_execpath;
  // pnpm and yarn name themselves there too.
  const isNpm = npm !== undefined && basename(npm) === 'npm-cli.js';
  const [command, ...first] = isNpm ? [process.execPath, npm] : ['npm'];
  // No package needs its install script: koffi and esbuild bring their binaries. Developers' packages in any case.
  const options = ['--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const { status, error, stdout, stderr } = await step('npm ci', command, [...first, 'ci', ...options], {
    cwd: work,
    live: true,
    env: { npm_config_fetch_retry_mintimeout: '1000', ...process.env },
  });
  if (status === 0) return;
  if (error?.code === 'ENOENT')
    fail(
      'npm is needed to install the packages and was not found: install it (apt-get install npm), or run npm start',
    );
  fail(
    `npm ci failed (exit status ${status}): ${reason(`${stdout}${stderr}`)}. node_modules is as it was`,
    status,
  );
}

/** npm's own words stand above it. */
function reason(text) {
  const code = /\bcode (E[A-Z_0-9]+)/.exec(text)?.[1] ?? '';
  if (/^E(NOTFOUND|AI_AGAIN|CONN|TIMEDOUT|HOSTUNREACH|NETUNREACH|SOCKET|IDLETIMEOUT)|^ENOTCACHED/.test(code))
    return `no connection to the registry (${code}); check network and proxy (npm config get registry proxy https-proxy) and try again`;
  if (/^E[345]\d\d$/.test(code))
    return `the registry refused (${code}); check npm config get registry and what it asks for, and try again`;
  // A defect of npm 10: it ends like this where the registry cannot be reached.
  if (/Exit handler never called/.test(text))
    return 'npm itself broke off, as it does without a connection to the registry; check network and proxy (npm ping) and try again';
  if (code === 'ENOSPC') return 'the disk is full (ENOSPC)';
  return code === '' ? 'see above what npm says' : `see above what npm says of ${code}`;
}

/** A rename where that can be; what is a mount point or a link elsewhere is emptied and filled. */
function putInPlace(work) {
  const made = join(work, 'node_modules');
  try {
    if (existsSync(modules) && lstatSync(modules).isSymbolicLink())
      throw Object.assign(new Error(), { code: 'EXDEV' });
    if (existsSync(modules)) renameSync(modules, join(work, 'earlier'));
    renameSync(made, modules);
  } catch (error) {
    if (error.code !== 'EBUSY' && error.code !== 'EXDEV') throw error;
    for (const name of readdirSync(modules)) rmSync(join(modules, name), { recursive: true });
    cpSync(made, modules, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => basename(path) !== hidden,
    });
    cpSync(join(made, hidden), join(modules, hidden)); // last: it says that all is there
  }
}

/** The first package that this machine needs and node_modules lacks, or null. */
function lacking() {
  const installed = packagesOf(join(modules, hidden));
  if (installed === null) return 'the list of what is installed';
  for (const [path, wanted] of Object.entries(packagesOf(join(root, 'package-lock.json')) ?? {})) {
    if (!path.startsWith('node_modules/') || wanted.link || !fits(wanted)) continue;
    if (installed[path]?.version !== wanted.version || !existsSync(join(root, path, 'package.json')))
      return `${path.slice('node_modules/'.length)} ${wanted.version}`;
  }
  return null;
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return null;
  }
}

/** As npm chooses among packages for several machines; of those for any, an optional one belongs to one that is left out. */
function fits({ os, cpu, libc, optional }) {
  if (optional && os === undefined && cpu === undefined) return false;
  const may = (list, own) => list === undefined || [list].flat().includes(own);
  return may(os, process.platform) && may(cpu, process.arch) && may(libc, libcOfNode);
}

const libcOfNode = (() => {
  process.report.excludeNetwork = true; // looking up names of hosts takes seconds
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
})();

/** Of runs that were killed, and the npm that may go on there alone: it would make its directory anew, again and again. */
async function removeLeftovers() {
  const left = readdirSync(root).filter((name) => name.startsWith(prefix));
  for (const name of left) {
    if (isRun(name.slice(prefix.length))) continue;
    const directory = join(root, name);
    for (const pid of npmIn(directory)) await end(pid);
    remove(directory);
  }
}

/** Its number alone says little: it may be that of a zombie, which nobody has taken note of yet, or of somebody else now. */
function isRun(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('run.cjs');
  } catch {
    return false;
  }
}

/** In a directory of that name nobody else's npm works. A shell that somebody left there is not one. */
function npmIn(directory) {
  return readdirSync('/proc').filter((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !`${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${directory}/`))
        return false;
      return /npm/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    } catch {
      return false; // it ended, or is another user's
    }
  });
}

/** With its group, which `step` gave it; and waits, because a process that ends may still write. */
async function end(pid) {
  for (const target of [-pid, Number(pid)]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended, leads no group, or is another user's.
    }
  }
  for (let tries = 0; existsSync(`/proc/${pid}`) && tries < 40; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

function remove(directory) {
  try {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // An npm that outlived its start may still write there; the next start tries again.
  }
}
