/**
 * What people call platforms elsewhere, and how they write lists of them: Docker Hub's prefixes, GNU triplets, names and paths
 * of emulators, other separators than commas. Only where one meaning is possible.
 */

/** The names of the catalogue that a word may stand for, the likeliest first; `word` is in small letters. */
export function readingsOf(word: string): readonly string[] {
  const bare = word.replace(/^(\/[^\s]*\/)?(?=qemu-)/, '').replace(/^(qemu-.*)-static$/, '$1');
  const emulated = /^qemu-(.+)$/.exec(bare)?.[1];
  const joined = /^linux[-_:](.+)$/.exec(word)?.[1];
  return [word, bare, emulated, joined, machineOf(word)].flatMap((name) =>
    name === undefined ? [] : [name, elsewhere.get(name.replace(/^linux\//, '')) ?? name],
  );
}

/** What is suggested for a word that has more than one meaning, or none that QEMU's user mode has. */
export function probably(word: string): string | undefined {
  const name = machines(word) ?? word.replace(/^(linux[/_-])?(qemu-system-|keeper-)?/, '');
  return guesses.get(name) ?? (name === word ? undefined : name);
}

/** The items of a list, whatever stands between them; `all` and `auto` in small letters, for these are words. */
export function listOfPlatforms(text: string): string[] {
  return text
    .split(/[\s,;]+/)
    .filter((item) => item !== '')
    .map((item) => (/^(all|auto)$/i.test(item) ? item.toLowerCase() : item));
}

/**
 * A setting's value as a file has it, where it lists platforms: a number or a text in place of a list is one where the text
 * is neither one of `words` nor a truth.
 */
export function platformsGiven(value: unknown, words: readonly string[]): unknown {
  if (isName(value)) return [String(value)];
  if (typeof value === 'string') {
    if (/^\s*$|^(yes|no|on|off|true|false|y|n)$/i.test(value)) return value;
    const items = listOfPlatforms(value);
    return items.length === 1 && words.includes(items[0] ?? '') ? items[0] : items;
  }
  if (!Array.isArray(value)) return value;
  const items = value.flatMap((item: unknown) => {
    if (isName(item)) return [String(item)];
    return typeof item === 'string' && item.trim() !== '' ? listOfPlatforms(item) : [item];
  });
  return items.length === 1 && words.some((word) => word === items[0]) ? items[0] : items;
}

/** The one kind of platform that YAML takes for a number. */
function isName(value: unknown): boolean {
  return typeof value === 'number' && /^[3-6]86$/.test(String(value));
}

/** Docker Hub's names of architectures and what compilers and distributions call versions of one. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ...named(
    'arm',
    'arm32v5 arm32v6 arm32v7 armv4t armv5 armv5t armv5te armv6 armv6hf armv6kz armv7 armv7a armv7-a armv7hf armv7r',
  ),
  ...named('aarch64', 'arm64v8 arm64e aarch64le aarch64el armv8-a'),
  ...named(
    'x86_64',
    'x86_64v1 x86_64v2 x86_64v3 x86_64v4 amd64v2 amd64v3 x86_64-v2 x86_64-v3 x86_64-v4 em64t intel64',
  ),
  ...named('i386', 'i786 x86_32 x86-32 i386v1'),
  ...named('riscv64', 'riscv64gc riscv64imac risc-v64'),
  ...named('riscv32', 'riscv32gc riscv32imac riscv32imc'),
  ...named('ppc64le', 'power64le powerpc64el ppc64_le ppc64-le'),
]);

/** Words of more than one meaning, and names of what has none here. */
const guesses: ReadonlyMap<string, string> = new Map([
  ['armv8', 'linux/arm64'],
  ['armv9', 'linux/arm64'],
  ['armv8a', 'linux/arm64'],
  ['m1', 'linux/arm64'],
  ['apple', 'linux/arm64'],
  ['riscv', 'linux/riscv64'],
  ['risc-v', 'linux/riscv64'],
  ['loongarch', 'linux/loong64'],
  ['power', 'linux/ppc64le'],
  ['x32', 'linux/amd64'],
  ['intel', 'linux/amd64'],
]);

/** Machine and system: `aarch64-linux-gnu`, `x86_64-pc-linux-musl`, and `aarch64-apple-darwin`, which is no Linux. */
const triplet =
  /^([a-z0-9_]+)-(?:[a-z0-9_]+-)?(?:linux(?:-([a-z0-9_]+))?|(darwin|mingw32|windows-[a-z]+|freebsd[\d.]*|none-[a-z]+))$/;

function machineOf(word: string): string | undefined {
  const [, , abi = '', other] = triplet.exec(word) ?? [];
  const machine = machines(word);
  // Another format of file, which the kernel tells from the usual one.
  if (machine === undefined || other !== undefined || /x32|ilp32/.test(abi)) return undefined;
  if (/n32$/.test(abi)) return machine.replace(/^mips64/, 'mipsn32');
  return machine;
}

function machines(word: string): string | undefined {
  return triplet.exec(word)?.[1];
}

function named(target: string, words: string): readonly (readonly [string, string])[] {
  return words.split(' ').map((word) => [word, target]);
}
