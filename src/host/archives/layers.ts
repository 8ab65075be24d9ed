import type { Blobs } from './blobs.ts';
import { ArchiveFault } from './fault.ts';
import type { Image } from './images.ts';
import type { Content, Member } from './member.ts';
import { readTar } from './tar.ts';

/** What the layers of an image do to its root, in order, told to who keeps what matters of it. */
export interface Root {
  /** A member comes, in place of what layers below had there. */
  member(member: Member, content: Content, layer: number): Promise<unknown> | unknown;
  /** A path of layers below is gone, with all below it. */
  removed(path: string, layer: number): void;
  /** All below a directory that layers below had is gone. */
  emptied(directory: string, layer: number): void;
}

/** Reads the layers from the bottom to the top, whiteouts as the OCI image specification has them. */
export async function applyLayers(blobs: Blobs, image: Image, root: Root): Promise<void> {
  for (const [layer, name] of image.layers.entries()) {
    const source = await blobs.open(name);
    if (source === null) throw new ArchiveFault('part-missing', `its layer ${name} is not in it`);
    try {
      await readTar(source, (member, content) => {
        const slash = member.name.lastIndexOf('/') + 1;
        const [directory, base] = [member.name.slice(0, slash), member.name.slice(slash)];
        if (base === opaque) return root.emptied(directory.slice(0, -1), layer);
        if (base.startsWith(whiteout)) return root.removed(directory + base.slice(whiteout.length), layer);
        return root.member(member, content, layer);
      });
    } finally {
      source.close();
    }
  }
}

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
