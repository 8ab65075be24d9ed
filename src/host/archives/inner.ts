import { openPiece, openStream, type Piece } from './decompress.ts';
import { ArchiveFault } from './fault.ts';
import type { Source } from './source.ts';
import { readTar } from './tar.ts';

/** Opens a member of a compressed tar file as a source of its own, which ends with it. */
export async function openMember(archive: Piece, name: string): Promise<Source> {
  const outer = openPiece(archive);
  const pipe = handOver<Uint8Array>();
  let found = false;
  const reading = readTar(outer, async (member, content) => {
    if (found || member.kind !== 'file' || member.name !== name) return !found;
    found = true;
    for await (const piece of content.pieces()) if (!(await pipe.give(piece.slice()))) return false;
    return false;
  }).then(
    () => pipe.end(found ? null : new ArchiveFault('part-missing', `it has no ${name}`)),
    (error: unknown) => pipe.end(error),
  );
  const chunks = pipe.taken();
  const first = await chunks.next();
  const head = first.done === true ? new Uint8Array() : first.value;
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield head;
    yield* chunks;
  };
  const source = openStream(head, all());
  return {
    ...source,
    close() {
      source.close();
      pipe.stop();
      outer.close();
      void reading;
    },
  };
}

/** One piece at a time from who reads the archive to who reads the member. */
function handOver<T>(): {
  give(piece: T): Promise<boolean>;
  end(error: unknown): void;
  stop(): void;
  taken(): AsyncGenerator<T>;
} {
  let waiting: { piece: T; given: (more: boolean) => void } | null = null;
  let ended: { error: unknown } | null = null;
  let stopped = false;
  let wake = (): void => {};
  return {
    give: (piece) =>
      new Promise((given) => {
        if (stopped) return given(false);
        waiting = { piece, given };
        wake();
      }),
    end(error) {
      ended = { error };
      wake();
    },
    stop() {
      stopped = true;
      waiting?.given(false);
    },
    async *taken() {
      for (;;) {
        if (waiting !== null) {
          const { piece, given } = waiting;
          waiting = null;
          yield piece;
          given(true);
        } else if (ended !== null) {
          if (ended.error !== null) throw ended.error;
          return;
        } else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
