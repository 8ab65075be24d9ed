/** SHA-256 sums by name, as a release has them; names are byte strings without `./` in front. */
export type Checksums = ReadonlyMap<string, string>;

/** Reads what sha256sum(1) prints, plain or with --tag. `bad`: the first line that is neither. */
export function readChecksums(text: string): { readonly sums: Checksums; readonly bad: number | null } {
  const sums = new Map<string, string>();
  let bad: number | null = null;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, escaped, sum, name] = /^(\\)?([0-9a-fA-F]{64}) [ *](.+)$/.exec(line) ?? [];
    const [, tagged, taggedSum] = /^SHA256 \((.+)\) = ([0-9a-fA-F]{64})$/.exec(line) ?? [];
    if (sum !== undefined && name !== undefined)
      sums.set(plain(escaped === undefined ? name : unescaped(name)), sum.toLowerCase());
    else if (tagged !== undefined && taggedSum !== undefined)
      sums.set(plain(tagged), taggedSum.toLowerCase());
    else bad ??= at + 1;
  }
  return { sums, bad };
}

/** The sum of a file by its path below what was given, or by its last name alone. */
export function sumFor(sums: Checksums, name: string): string | null {
  return sums.get(name) ?? sums.get(name.slice(name.lastIndexOf('/') + 1)) ?? null;
}

function plain(name: string): string {
  return name.replace(/^(\.\/)+/, '');
}

function unescaped(name: string): string {
  return name.replace(/\\([\\nr])/g, (_, c: string) => (c === 'n' ? '\n' : c === 'r' ? '\r' : '\\'));
}
