/** Where the daemon answers HTTP; null is nowhere. */
export type HttpAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly loopback: boolean }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * Reads `http.listen`: `off`, `ADDRESS:PORT`, `[IPV6]:PORT` or `unix:/PATH`. A name would have to be resolved, and could
 * lead elsewhere tomorrow, so there are addresses only, and `localhost`. Port 0 lets the kernel choose one.
 */
export function readHttpAddress(
  text: string,
):
  | { readonly ok: true; readonly address: HttpAddress | null }
  | { readonly ok: false; readonly why: string } {
  if (text === 'off') return { ok: true, address: null };
  const path = /^unix:(.*)$/s.exec(text)?.[1];
  if (path !== undefined) return readPath(path);
  const [, v6, v4, digits = ''] = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? (v4 === 'localhost' ? '127.0.0.1' : v4);
  const valid = v6 !== undefined ? isV6(v6) : host !== undefined && isV4(host);
  if (host === undefined || !valid || Number(digits) > 65_535) return { ok: false, why: expected };
  return { ok: true, address: { kind: 'tcp', host, port: Number(digits), loopback: isLoopback(host) } };
}

const expected = 'must be off, an address and port such as 127.0.0.1:8676 or [::1]:8676, or unix:/PATH';

/** sockaddr_un has 108 bytes, one of them for the end (unix(7)). */
const longestPath = 107;

function readPath(path: string): ReturnType<typeof readHttpAddress> {
  if (!/^\/[!-~]+$/.test(path) || /\/(\.{0,2})(\/|$)/.test(path))
    return { ok: false, why: 'must name a socket by an absolute path of printable ASCII, written plainly' };
  if (path.length > longestPath) return { ok: false, why: `must not be longer than ${longestPath} bytes` };
  return { ok: true, address: { kind: 'unix', path } };
}

function isV4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** Groups of RFC 4291, section 2.2, an IPv4 address as the last two among them. */
function isV6(text: string): boolean {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return false;
  const halves = tail === undefined ? [head] : [head, tail];
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const v4 = last.includes('.') && text.endsWith(last);
  const hex = v4 ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group)) || (v4 && !isV4(last))) return false;
  const words = hex.length + (v4 ? 2 : 0);
  return tail === undefined ? words === 8 : words <= 7;
}

function isLoopback(host: string): boolean {
  return host.startsWith('127.') || /^(0{0,4}:){0,7}0{0,3}1$/.test(host);
}
