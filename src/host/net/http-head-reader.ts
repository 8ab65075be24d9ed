import { textAnswer } from '../../core/wire/http-answer.ts';
import { largestHead, type ParsedHead, parseHead } from '../../core/wire/http-head.ts';

/** The head of a request, or why it is refused, and whether more came with it. */
export interface ReadHead {
  readonly parsed: ParsedHead;
  readonly beyond: boolean;
}

/** Puts the head of one request after the other together from what comes; null while one is not complete. */
export function createHeadReader(): (chunk: Buffer) => ReadHead | null {
  let head = '';
  return (chunk) => {
    const from = Math.max(0, head.length - 3);
    head += chunk.toString('latin1', 0, largestHead + 4);
    // RFC 9112, section 2.2: an empty line before a request counts for nothing.
    if (head.startsWith('\r\n')) head = head.replace(/^(\r\n)+/, '');
    const end = head.indexOf('\r\n\r\n', from);
    if (end > largestHead || (end === -1 && head.length > largestHead)) {
      const answer = textAnswer(431, `a request has at most ${largestHead} bytes`);
      return { parsed: { ok: false, answer }, beyond: false };
    }
    if (end === -1) return head.includes('\n') ? early(head) : null;
    const beyond = head.length > end + 4 || chunk.length > largestHead + 4;
    const parsed = parseHead(head.slice(0, end));
    head = '';
    return { parsed, beyond };
  };
}

/** What is no HTTP from its first line on is told so at once. */
function early(text: string): ReadHead | null {
  const first = text.slice(0, text.indexOf('\n') + 1);
  const parsed = parseHead(`${first.endsWith('\r\n') ? first : `${first}\n`}Host: a`);
  return parsed.ok ? null : { parsed, beyond: false };
}
