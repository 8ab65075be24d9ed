// Debian's QEMU, unpacked: needs no root, installs nothing, and keeps only the emulators that are asked for.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { say } from './say.mjs';
import { step } from './steps.mjs';

/** In Debian 12 the first is static and the second is not; in Debian 13 the first is a few links to the second. */
const packages = ['qemu-user-static', 'qemu-user'];
const linksOnly = 1_000_000;
/** For a figure beforehand: Debian 12 and 13 have about as many, of much the same size. */
const emulatorsInPackage = 34;
const megabytes = (bytes) => `${Math.max(1, Math.round(bytes / 1e6))} MB`;

/** Puts emulators of these names into `qemu/usr/bin` of a cache, unless they are there or Debian has none of them. */
export async function unpackFromDebian(cache, wanted, isThere) {
  removeLeftovers(cache);
  const tried = join(cache, 'qemu/tried.json');
  const missing = wanted.filter((name) => !isThere(name) && !readList(tried).includes(name));
  if (missing.length === 0) return;
  const work = join(cache, `${prefix}${process.pid}`);
  const lists = join(work, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  const own = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${work}`, ...little];
  try {
    // The system's package lists may be missing or old; our own copy of them needs no root.
    if (!(await obtain(work, ['-o', `Dir::Cache=${work}`], missing, cache))) {
      const update = await step('reading package lists (apt-get update)', 'apt-get', [...own, 'update'], {
        cwd: work,
      });
      if (!(await obtain(work, own, missing, cache)))
        return say(update.stderr.trim() || 'apt-get knows no QEMU');
    }
    writeFileSync(tried, JSON.stringify([...new Set([...readList(tried), ...wanted])]));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const prefix = '.qemu-';
const little = [
  ...['-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Languages=none'],
  ...['-o', 'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false'],
  ...['-o', 'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false'],
];

async function obtain(work, options, names, cache) {
  const found = await sizes(work, options);
  const chosen = found.find(({ size }) => size > linksOnly);
  if (chosen === undefined) return false;
  const kept = (chosen.installed * names.length) / emulatorsInPackage;
  say(
    `QEMU for ${names.length} platforms: ${chosen.file} (${megabytes(chosen.size)}) is downloaded, about ${megabytes(kept)} of it kept ` +
      `in ${cache}, and what the keeper uses copied once more into its store`,
  );
  const download = [...options, 'download', chosen.name];
  const got = await step(`downloading ${megabytes(chosen.size)} of QEMU`, 'apt-get', download, { cwd: work });
  if (got.status !== 0) return false;
  const deb = readdirSync(work).find((file) => file.startsWith(`${chosen.name}_`) && file.endsWith('.deb'));
  const members = names.flatMap((name) => [`./usr/bin/${name}`, `./usr/bin/${name}-static`]);
  // tar's status is not asked: it complains of each name that the package lacks.
  const script = 'deb=$1; shift; dpkg-deb --fsys-tarfile "$deb" | tar -x "$@" || :';
  const unpack = await step(`unpacking QEMU`, 'sh', ['-c', script, 'sh', deb, ...members], { cwd: work });
  const bin = join(work, 'usr/bin');
  if (!existsSync(bin)) return say(unpack.stderr.trim()) ?? false;
  const target = join(cache, 'qemu/usr/bin');
  mkdirSync(target, { recursive: true });
  const files = readdirSync(bin);
  for (const file of files) renameSync(join(bin, file), join(target, file));
  const bytes = files.reduce((sum, file) => sum + statSync(join(target, file)).size, 0);
  say(`${files.length} emulators, ${megabytes(bytes)}, are in ${target}`);
  return true;
}

/** What apt-get would download of each package: its file and size. */
async function sizes(work, options) {
  const found = [];
  for (const name of packages) {
    const { stdout } = await step(
      `looking for ${name}`,
      'apt-get',
      [...options, 'download', '--print-uris', name],
      {
        cwd: work,
      },
    );
    const [, file, size] = /^'[^']+' (\S+) (\d+)/m.exec(stdout) ?? [];
    if (file === undefined) continue;
    const shown = await step(`reading about ${name}`, 'apt-cache', [...options, 'show', name], { cwd: work });
    const installed = 1024 * Number(/^Installed-Size: (\d+)/m.exec(shown.stdout)?.[1] ?? 0);
    found.push({ name, file: decodeURIComponent(file), size: Number(size), installed });
  }
  return found;
}

function readList(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}

/** Of starts that were killed. */
function removeLeftovers(cache) {
  if (!existsSync(cache)) return;
  const left = readdirSync(cache).filter((name) => name.startsWith(prefix));
  for (const name of left)
    if (!existsSync(`/proc/${name.slice(prefix.length)}`))
      rmSync(join(cache, name), { recursive: true, force: true });
}
