/** What an archive has under a name. */
export interface Member {
  /** A byte string without `.`, `..` and slashes at its ends, as unpacking below a root would place it. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  /** Of a link: where it leads; a hard link's is a name of this archive. */
  readonly target: string;
  readonly mode: number;
  /** Of the file as it would be unpacked. */
  readonly size: number;
}

/** The content of a file in an archive, to be read before the next member is. */
export interface Content {
  /** The first bytes, as many as there are; may be asked once, before the others. */
  head(length: number): Promise<Uint8Array>;
  /** Any bytes, as far as they can be had without reading what lies between. */
  at(offset: number, length: number): Uint8Array;
  /** All of it in pieces, the head included. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** The place that a member's name means below the root that it is unpacked to; `..` does not lead out. */
export function placeOf(name: string): string {
  if (!/(^|\/)\.{0,2}(\/|$)/.test(name)) return name;
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
