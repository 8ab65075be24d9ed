import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { openPiece, type Piece } from './decompress.ts';
import { openMember } from './inner.ts';
import type { Content } from './member.ts';
import type { Source } from './source.ts';
import { readTar, type Visit } from './tar.ts';
import { readContent } from './tar-content.ts';

/** The parts of an image by name: `index.json`, `blobs/sha256/…`. */
export interface Blobs {
  /** A small one, whole; null where there is none. */
  text(name: string): Promise<string | null>;
  /** One to be read once, decompressed; null where there is none. */
  open(name: string): Promise<Source | null>;
  close(): void;
}

/** Descriptions are smaller; anything else that claims to be one is not read. */
const mostText = 4 * 1024 * 1024;
/** An image has some hundred parts. */
const mostNames = 10_000;

/** Those in a directory (OCI layout). Names were checked by whoever asks, so that none leads out. */
export function blobsInDirectory(directory: string): Blobs {
  const opened = new Set<number>();
  const open = (name: string): Piece | null => {
    let fd: number;
    try {
      fd = openSync(`${directory}/${name}`, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    } catch {
      return null;
    }
    opened.add(fd);
    const found = fstatSync(fd);
    if (!found.isFile()) return null;
    return { fd, start: 0, end: found.size };
  };
  return {
    text: async (name) => textOf(open(name)),
    async open(name) {
      const piece = open(name);
      return piece && openPiece(piece);
    },
    close() {
      for (const fd of opened) closeSync(fd);
      opened.clear();
    },
  };
}

/**
 * Those in a tar file: where each lies is found by one reading, in which `also` sees all members. A compressed one is read
 * again for each part that is wanted.
 */
export async function blobsInTar(archive: Piece, also: Visit): Promise<Blobs> {
  const outer = openPiece(archive);
  const seekable = outer.at !== null;
  const places = new Map<string, Place>();
  const links = new Map<string, string>();
  try {
    await readTar(outer, async (member, content, start) => {
      const { name, kind, target, size } = member;
      if (!parts.test(name) || places.size + links.size >= mostNames) return also(member, content, start);
      if (kind === 'symlink' || kind === 'hardlink') links.set(name, linked(name, kind, target));
      if (kind !== 'file') return also(member, content, start);
      const text = !seekable && size <= mostText && mayBeText(name, size) ? await whole(content) : null;
      places.set(name, { start, size, text });
      return also(member, text === null ? content : readContent(text), start);
    });
  } finally {
    outer.close();
  }
  const placeOf = (name: string): [string, Place] | null => {
    const at = links.get(name) ?? name;
    const place = places.get(at);
    return place === undefined ? null : [at, place];
  };
  const pieceOf = ({ start, size }: Place): Piece => ({
    fd: archive.fd,
    start: archive.start + start,
    end: archive.start + start + size,
  });
  return {
    async text(name) {
      const [, place] = placeOf(name) ?? [];
      if (place === undefined) return null;
      return seekable ? textOf(pieceOf(place)) : (place.text?.toString('utf8') ?? null);
    },
    async open(name) {
      const [at, place] = placeOf(name) ?? [];
      if (place === undefined || at === undefined) return null;
      return seekable ? openPiece(pieceOf(place)) : openMember(archive, at);
    },
    close: () => {},
  };
}

/** What images are made of has such names. */
const parts =
  /^(index\.json|manifest\.json|oci-layout|repositories|blobs\/[a-z0-9]+\/[0-9a-f]+|[^/]+\.json|[^/]+\.tar(\.gz)?|[0-9a-f]+\/layer\.tar)$/;

function mayBeText(name: string, size: number): boolean {
  return name.endsWith('.json') || name === 'oci-layout' || size <= 65_536;
}

interface Place {
  readonly start: number;
  readonly size: number;
  readonly text: Buffer | null;
}

/** `docker save` of old has symlinks from one layer to another. */
function linked(name: string, kind: 'symlink' | 'hardlink', target: string): string {
  if (kind === 'hardlink') return target.replace(/^\.?\//, '');
  const parts = name.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

function textOf(piece: Piece | null): string | null {
  if (piece === null || piece.end - piece.start > mostText) return null;
  const source = openPiece(piece);
  return Buffer.from(source.at?.(0, piece.end - piece.start) ?? []).toString('utf8');
}

async function whole(content: Content): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of content.pieces()) all.push(piece.slice());
  return Buffer.concat(all);
}
