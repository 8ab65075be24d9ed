import { readMinisig } from '../../core/bundle/minisign.ts';
import { openRegular } from '../../host/bundle/open-file.ts';
import { signatureFault } from '../../host/bundle/signature.ts';

/** Reads a signature that goes into a bundle, and refuses one that `store import` would refuse. */
export async function readSignature(
  path: string,
  manifest: string,
  publicKey: string,
): Promise<{ readonly text: string } | { readonly why: string }> {
  const opened = await openRegular(path);
  if (!opened.ok) return { why: opened.why };
  await opened.file.close();
  const text = Buffer.from(opened.head).toString('utf8');
  if (opened.size > opened.head.length || readMinisig(text) === null)
    return { why: `${path} is no signature of minisign` };
  const fault = publicKey === '' ? null : signatureFault(manifest, text, publicKey);
  return fault === null ? { text } : { why: `${path}: ${fault}` };
}
