/** Why an archive cannot be read, or not to its end; `where` is a byte of the (decompressed) archive or a member's name. */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault';
  readonly code: ArchiveFaultCode;

  constructor(code: ArchiveFaultCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type ArchiveFaultCode =
  /** Nothing that is read here. */
  | 'no-archive'
  /** A compression that this Node, or this program, does not have. */
  | 'compression'
  | 'truncated'
  | 'damaged'
  /** More than anybody packs on purpose: a bomb. */
  | 'too-much'
  /** An image lacks a part that it names. */
  | 'part-missing'
  /** It would have to be read twice, and comes from a pipe. */
  | 'pipe'
  | 'unreadable';
