/** What is known of one of our two mount points when a one-shot command is about to end. */
export interface PlaceFacts {
  /** A mount of the instance is there. */
  readonly mounted: boolean;
  /** A copy of that mount lies in another mount namespace, which the kernel shows by naming it as peer or master. */
  readonly outside: boolean;
}

/** Everything that decides how long entries live after the process that made them; nothing of it is believed. */
export interface LastingFacts {
  /** The kernel keeps entries without any mount (before 1c5976ef0f7a). */
  readonly kernelKeeps: boolean;
  /** This is the mount namespace of the machine, which never ends. */
  readonly hostNamespace: boolean;
  /** What CREATE_EXCL said before anything was mounted by us; null where it cannot be asked. */
  readonly created: 'existed' | 'first' | null;
  /** The superblock is older than this process; null where its age cannot be read. Used where `created` is null. */
  readonly olderThanUs: boolean | null;
  /** The superblock is older than this container; null outside of containers. */
  readonly olderThanContainer: boolean | null;
  /** Mounts of the instance were in this mount namespace before we mounted any. */
  readonly seenBefore: boolean;
  /** A mount namespace other than ours had a mount of it before we mounted; null where not all can be looked into. */
  readonly heldBefore: boolean | null;
  /** One has a mount of it now, be it a copy of ours; null as above. */
  readonly heldNow: boolean | null;
  readonly main: PlaceFacts;
  readonly anchor: PlaceFacts;
  readonly volume: Volume;
}

/** What the run directory lies on: the container itself, or a volume, with or without the tag of a shared mount. */
export type Volume = 'none' | 'private' | 'shared';

/** Whether entries outlive the process and all that ends with it, and by what. */
export type Lasting =
  | {
      readonly lasts: true;
      readonly because: string;
      /** Why no foreign program was seen to run after this process had let go; absent where one was. */
      readonly unseen?: string;
    }
  | {
      readonly lasts: false;
      /** Which problem it is: the entries end, or only the anchor that was asked for. */
      readonly code: 'not-lasting' | 'anchor-not-shared';
      readonly why: string;
      readonly remedy: string;
    };

/** What became of the foreign program that ran before, once this process had let go: it ran, failed, or could not be tried. */
export interface LastProof {
  readonly ran: boolean | null;
  readonly detail: string;
}

/**
 * The judgement after that program. One that could not be tried takes nothing back: what holds the instance was seen
 * by other means. But it is no proof either, and is told.
 */
export function afterLastProof(lasting: Lasting, { ran, detail }: LastProof, wish: LastingWish): Lasting {
  if (ran === false) {
    const gone = 'a foreign program that ran before does not run any more, now that this process has let go';
    return fails(`${gone}: ${detail}`, wish);
  }
  return ran === null && lasting.lasts ? { ...lasting, unseen: detail } : lasting;
}

/** What is asked for: entries that last, or with `persist` an anchor that lasts too; and the words for the remedy. */
export interface LastingWish {
  readonly persist: boolean;
  readonly runDirectory: string;
}

/** The decision table of docs/containers.md. What cannot be proved counts as not so. */
export function judgeLasting(facts: LastingFacts, wish: LastingWish): Lasting {
  const anchor = anchorStays(facts);
  const because = holderWithoutAnchor(facts) ?? anchor;
  if (because === null) return fails(reason(facts, wish), wish, facts.volume);
  if (!wish.persist || anchor !== null) return { lasts: true, because };
  const why = `the anchor, which --persist asks for, ends with this mount namespace; the entries stay: ${because}`;
  return { ...fails(why, wish, facts.volume), code: 'anchor-not-shared' };
}

/** What keeps the entries when our anchor is gone, as a clause; null: nothing that can be proved. */
export function holderWithoutAnchor(facts: LastingFacts): string | null {
  if (facts.kernelKeeps) return 'this kernel keeps entries without a mount';
  if (facts.main.mounted && facts.hostNamespace)
    return 'the main mount lies in the mount namespace of the host';
  if (facts.main.outside) return 'the main mount also lies in a mount namespace outside of this one';
  // Whoever held it before may have ended since: another one-shot, for one.
  if (!existed(facts) || facts.heldNow === false) return null;
  if (!facts.seenBefore)
    return 'another holder of the instance, outside of this mount namespace, existed before';
  // Mounts that were here before may be all there is: a script of this container may have made them.
  if (facts.heldBefore === true) return 'another mount namespace held a mount of the instance before';
  if (facts.heldBefore === null && facts.olderThanContainer === true)
    return 'the instance is older than this container, into which it was mounted from outside';
  return null;
}

/** Why they last, with what was not seen. */
export function whyLasting({ because, unseen }: Extract<Lasting, { readonly lasts: true }>): string {
  if (unseen === undefined) return because;
  return `${because}; but that a program still runs could not be seen (${unseen})`;
}

/** What a one-shot that fails says, with the run directory that is configured: what is there already helps nobody. */
function lastingRemedy(dir: string, volume: Volume): string {
  const option = `-v ${dir}:${dir}:rshared, or in a pod a hostPath volume with mountPropagation: Bidirectional`;
  const share = {
    none: `Share the run directory with the host: ${option}`,
    private: `The volume ${dir} is there, but sends no mounts to the host: ${option}`,
    shared: `On the host, type mount --make-shared "$(findmnt -fno TARGET -T ${dir})", then start the container again`,
  }[volume];
  return (
    `${share}. Or mount binfmt_misc on the host first: ls /proc/sys/fs/binfmt_misc/ or ` +
    'mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc.'
  );
}

function anchorStays({ hostNamespace, anchor }: LastingFacts): string | null {
  if (!anchor.mounted) return null;
  if (hostNamespace) return 'the anchor lies in the mount namespace of the host';
  return anchor.outside ? 'the anchor lies on a directory that is shared with the host' : null;
}

function existed({ created, olderThanUs }: LastingFacts): boolean {
  return created === null ? olderThanUs === true : created === 'existed';
}

function reason(facts: LastingFacts, { runDirectory }: LastingWish): string {
  const ends = 'the entries will be gone with this process';
  const alone =
    facts.volume === 'shared'
      ? `; ${runDirectory} is mounted as shared, but with nobody: the directory of the host is not`
      : '';
  if (!existed(facts))
    return `${ends}: its mounts of binfmt_misc are the only ones, and they end with this mount namespace${alone}`;
  return `${ends}, as far as can be seen: the instance is mounted in this mount namespace only${alone}`;
}

function fails(
  why: string,
  { runDirectory }: LastingWish,
  volume: Volume = 'none',
): Extract<Lasting, { readonly lasts: false }> {
  return { lasts: false, code: 'not-lasting', why, remedy: lastingRemedy(runDirectory, volume) };
}
