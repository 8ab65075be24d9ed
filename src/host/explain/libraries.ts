import { lstatSync } from 'node:fs';
import type { ElfBinary } from '../../core/binary/elf-facts.ts';
import type { FoundFile } from '../../core/diagnose/facts.ts';
import type { LibraryFault } from '../../core/diagnose/started.ts';
import { type Eyes, listAt, lookAt, readTextAt } from './look.ts';
import { resolve } from './resolve.ts';

/** More than programs have; what is beyond is not looked at. */
const mostFiles = 256;

/**
 * Looks for the libraries that a program asks for, and for those that they ask for, where glibc's and musl's loaders do. Told are
 * the ones that are nowhere, or only for another machine. `roots`: where they are looked for, an emulator's prefix first.
 */
export async function libraryFaults(
  program: FoundFile,
  eyes: Eyes,
  roots: readonly string[],
): Promise<readonly LibraryFault[]> {
  const elf = program.what?.kind === 'elf' ? program.what : null;
  if (elf?.loader == null || !isUsualLoader(elf.loader)) return [];
  const inRoots = async (find: (root: string) => Promise<readonly string[]>): Promise<readonly Place[]> =>
    (await Promise.all(roots.map(find))).flatMap((dirs, at) =>
      dirs.map((dir) => ({ root: roots[at] ?? '/', dir })),
    );
  const search: Search = { eyes, wanted: elf, directories: new Map() };
  // Most are found there, and what is configured need not be read.
  const usual = await inRoots((root) => usualDirectories(root, elf));
  let configured: readonly Place[] | null = null;
  // The kernel has opened the loader already.
  const known = new Set([elf.loader.slice(elf.loader.lastIndexOf('/') + 1)]);
  const faults: LibraryFault[] = [];
  const files: { at: string; elf: ElfBinary }[] = [{ at: program.at, elf }];
  for (let file = files.shift(); file !== undefined; file = files.shift()) {
    for (const name of file.elf.links?.libraries ?? []) {
      if (known.has(name) || known.size >= mostFiles) continue;
      known.add(name);
      const own = ownDirectories(file, eyes.root).map((dir) => ({ root: eyes.root, dir }));
      let found = await findLibrary(name, [...own, ...usual], search);
      if (!('elf' in found)) {
        configured ??= await inRoots((root) => configuredDirectories(root, '/etc/ld.so.conf', 0));
        const other = await findLibrary(name, configured, search);
        found = 'elf' in other ? other : { at: found.at ?? other.at };
      }
      if ('elf' in found) files.push(found);
      else faults.push({ library: name, at: found.at, by: file.at });
    }
  }
  return faults;
}

/** What holds for all libraries of one program. */
interface Search {
  readonly eyes: Eyes;
  readonly wanted: ElfBinary;
  /** Where directories lead; null for those that are not there. */
  readonly directories: Map<string, string | null>;
}

/** Others, such as Android's, have rules of their own. */
function isUsualLoader(loader: string): boolean {
  return /\/(ld-linux[^/]*|ld-musl-[^/]*|ld64?)\.so(\.\d+)?$/.test(loader);
}

interface Place {
  readonly root: string;
  readonly dir: string;
}

/** What is for another machine is passed by, as the loaders do. */
async function findLibrary(
  name: string,
  places: readonly Place[],
  search: Search,
): Promise<{ readonly at: string; readonly elf: ElfBinary } | { readonly at: string | null }> {
  const { eyes, wanted } = search;
  let other: string | null = null;
  const tried: readonly Place[] = name.includes('/') ? [{ root: eyes.root, dir: '' }] : places;
  for (const { root, dir } of tried) {
    if (dir !== '' && !(await mayHold(name, { root, dir }, search))) continue;
    const found = await lookAt(dir === '' ? name : `${dir}/${name}`, { ...eyes, root });
    if (found.kind !== 'file' || found.what?.kind !== 'elf') continue;
    const { header } = found.what;
    if (header.machine === wanted.header.machine && header.class === wanted.header.class)
      return { at: found.at, elf: found.what };
    other ??= found.at;
  }
  return { at: other };
}

/** Each directory is followed once: there are many, and most have nothing. */
async function mayHold(name: string, { root, dir }: Place, { eyes, directories }: Search): Promise<boolean> {
  const key = `${root}\0${dir}`;
  let real = directories.get(key);
  if (real === undefined) {
    const way = dir.startsWith('/') ? await resolve(dir, root, eyes.places) : null;
    real = way?.kind === 'there' ? way.at : null;
    directories.set(key, real);
  }
  return real !== null && isThere(`${real}/${name}`);
}

function isThere(path: string): boolean {
  return lstatSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false }) !== undefined;
}

/** DT_RUNPATH, and DT_RPATH where there is none; as they are seen from that root. */
function ownDirectories({ at, elf }: { at: string; elf: ElfBinary }, root: string): readonly string[] {
  const within = root === '/' ? at : at.slice(root.length);
  const origin = within.slice(0, within.lastIndexOf('/')) || '/';
  const given = elf.links?.runpath ?? elf.links?.rpath ?? '';
  const said = [...given.split(':'), ...(root === '/' ? (process.env.LD_LIBRARY_PATH ?? '').split(':') : [])];
  return said.flatMap((dir) => (dir === '' ? [] : [dir.replace(/\$ORIGIN|\$\{ORIGIN\}/g, origin)]));
}

/** Those that the loaders have built in. */
async function usualDirectories(root: string, { loader }: ElfBinary): Promise<readonly string[]> {
  const multiarch: string[] = [];
  for (const dir of ['/lib', '/usr/lib'])
    for (const name of await listAt(dir, root))
      if (/-linux(-\w+)?$/.test(name)) multiarch.push(`${dir}/${name}`);
  const builtIn = ['/lib64', '/usr/lib64', '/lib32', '/usr/lib32', '/lib', '/usr/lib', '/usr/local/lib'];
  const musl = loader?.includes('/ld-musl-') === true ? await muslPath(root, loader) : [];
  return [...musl, ...multiarch, ...builtIn];
}

async function muslPath(root: string, loader: string): Promise<readonly string[]> {
  const arch = /\/ld-musl-([^/]*)\.so/.exec(loader)?.[1];
  const text = await readTextAt(`/etc/ld-musl-${arch}.path`, root);
  return text.split(/[:\n]/).filter((dir) => dir.startsWith('/'));
}

/** Of ld.so.conf, which the cache is made from (ldconfig(8)): a directory a line, and `include` with a pattern. */
async function configuredDirectories(root: string, file: string, depth: number): Promise<readonly string[]> {
  if (depth > 4) return [];
  const directories: string[] = [];
  for (const line of (await readTextAt(file, root)).split('\n').slice(0, mostFiles)) {
    const text = line.replace(/#.*/, '').trim();
    const pattern = /^include\s+(\S+)/.exec(text)?.[1];
    if (pattern === undefined) {
      if (text.startsWith('/')) directories.push(text.replace(/\/+$/, ''));
      continue;
    }
    const whole = pattern.startsWith('/') ? pattern : `${file.slice(0, file.lastIndexOf('/'))}/${pattern}`;
    const included = (await globbed(root, whole)).slice(0, mostFiles);
    for (const one of included) directories.push(...(await configuredDirectories(root, one, depth + 1)));
    if (directories.length > mostFiles) break;
  }
  return directories;
}

/** A pattern in the last component, which is all that is in use. */
async function globbed(root: string, pattern: string): Promise<readonly string[]> {
  const slash = pattern.lastIndexOf('/');
  const [dir, last] = [pattern.slice(0, slash), pattern.slice(slash + 1)];
  if (!last.includes('*')) return [pattern];
  const [before = '', after = ''] = last.split('*');
  return (await listAt(dir, root))
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .sort()
    .map((name) => `${dir}/${name}`);
}
