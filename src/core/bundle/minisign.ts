/** A public key of minisign. */
export interface PublicKey {
  /** 8 bytes that name the key, in hex. */
  readonly id: string;
  /** 32 bytes, Ed25519. */
  readonly key: Uint8Array;
}

/** A signature of minisign, not verified. */
export interface MinisignSignature {
  readonly id: string;
  /** The signed bytes are the BLAKE2b-512 of the file, as all versions since 0.8 write; otherwise the file itself. */
  readonly prehashed: boolean;
  readonly signature: Uint8Array;
  readonly trustedComment: string;
  /** Over the signature and the trusted comment. */
  readonly global: Uint8Array;
}

/** Reads the second line of a minisign.pub, or the whole file; null where it is none. */
export function readPublicKey(text: string): PublicKey | null {
  const line = text.trim().split('\n').at(-1)?.trim() ?? '';
  const bytes = decode(line);
  if (bytes === null || bytes.length !== 42 || bytes.toString('latin1', 0, 2) !== 'Ed') return null;
  return { id: bytes.toString('hex', 2, 10), key: new Uint8Array(bytes.subarray(10)) };
}

/** Reads a .minisig file; null where it is none. */
export function readMinisig(text: string): MinisignSignature | null {
  const [untrusted, first = '', trusted, second = ''] = text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  if (!untrusted?.startsWith('untrusted comment: ') || !trusted?.startsWith(trustedWords)) return null;
  const [bytes, global] = [decode(first), decode(second)];
  if (bytes === null || bytes.length !== 74 || global === null || global.length !== 64) return null;
  const algorithm = bytes.toString('latin1', 0, 2);
  if (algorithm !== 'ED' && algorithm !== 'Ed') return null;
  return {
    id: bytes.toString('hex', 2, 10),
    prehashed: algorithm === 'ED',
    signature: new Uint8Array(bytes.subarray(10)),
    trustedComment: trusted.slice(trustedWords.length),
    global: new Uint8Array(global),
  };
}

const trustedWords = 'trusted comment: ';

/** Strictly: Buffer leaves out what is no base64. */
function decode(line: string): Buffer | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(line)) return null;
  const bytes = Buffer.from(line, 'base64');
  return bytes.toString('base64') === line ? bytes : null;
}
