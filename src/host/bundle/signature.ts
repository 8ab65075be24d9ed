import { createHash, createPublicKey, verify } from 'node:crypto';
import { readMinisig, readPublicKey } from '../../core/bundle/minisign.ts';

/** Why a signature does not prove that the owner of a key has signed this text; null where it does. */
export function signatureFault(text: string, signature: string, publicKey: string): string | null {
  const key = readPublicKey(publicKey);
  if (key === null) return 'the configured key is no public key of minisign';
  const read = readMinisig(signature);
  if (read === null) return 'its signature is none of minisign';
  if (read.id !== key.id) return `it was signed by another key (${idText(read.id)}, not ${idText(key.id)})`;
  const ed25519 = createPublicKey({ key: Buffer.concat([spki, key.key]), format: 'der', type: 'spki' });
  const bytes = Buffer.from(text);
  const signed = read.prehashed ? createHash('blake2b512').update(bytes).digest() : bytes;
  if (!verify(null, signed, ed25519, read.signature)) return 'its signature is not of this list of checksums';
  const comment = Buffer.concat([read.signature, Buffer.from(read.trustedComment)]);
  return verify(null, comment, ed25519, read.global) ? null : 'the comment of its signature was changed';
}

/** What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410). */
const spki = Buffer.from('302a300506032b6570032100', 'hex');

/** As minisign shows it. */
function idText(hex: string): string {
  return Buffer.from(hex, 'hex').reverse().toString('hex').toUpperCase();
}
