/** What a distribution says of the package that a file came with. */
export interface PackageFacts {
  /** `qemu-user-static` */
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The source package, which its licence obliges to offer. */
  readonly source: string;
  readonly sourceVersion: string;
  /** Its file of licences as it is; null where there is none. */
  readonly copyright: string | null;
}

/** The format that `packageFrom` reads. */
export const packageFormat = `${[
  'Package',
  'Version',
  'Architecture',
  'source:Package',
  'source:Version',
  'db:Status-Status',
]
  .map((field) => `\${${field}}`)
  .join('\t')}\n`;

/** Reads a line of dpkg-query; null where it is none, or of a package that is not installed. */
export function packageFrom(line: string, copyright: string | null): PackageFacts | null {
  const [name, version, architecture, source, sourceVersion, state] = line.trimEnd().split('\t');
  if (!name || !version || !architecture || !source || !sourceVersion || state !== 'installed') return null;
  return { name, version, architecture, source, sourceVersion, copyright };
}

/** The package that owns a path, of what `dpkg-query -S` says; diversions are no owners. */
export function ownerFrom(text: string, path: string): string | null {
  for (const line of text.split('\n')) {
    const [, owners, owned] = /^((?!diversion )[^ ]+(?:, [^ ]+)*): (.*)$/.exec(line) ?? [];
    if (owned === path) return owners?.split(', ')[0] ?? null;
  }
  return null;
}

/** Licences that a machine-readable copyright file names, in its own words, each once; none where it is not of that format. */
export function licencesOf(copyright: string): readonly string[] {
  if (!/^Format: /m.test(copyright)) return [];
  const names = [...copyright.matchAll(/^License: *(\S[^\n]*)$/gm)].map(([, name = '']) => name.trim());
  return [...new Set(names)].sort();
}
