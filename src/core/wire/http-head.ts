import { type HttpAnswer, type HttpRequest, textAnswer } from './http-answer.ts';

/** The longest head of a request, bytes. */
export const largestHead = 8192;

/** What a head says, or what to answer to one that is none. */
export type ParsedHead =
  | {
      readonly ok: true;
      readonly request: HttpRequest;
      /** The client would send another request on this connection. */
      readonly keepAlive: boolean;
    }
  | { readonly ok: false; readonly answer: HttpAnswer };

/**
 * Reads the head of a request, a character for each byte, without the empty line at its end. As strict as RFC 9112
 * lets a server be: what could be read in two ways is refused, for nobody who means well sends it.
 */
export function parseHead(head: string): ParsedHead {
  if (/[^\t\r\n -~\x80-\xff]|\r(?!\n)|(?<!\r)\n/.test(head)) return refuse(400, 'not HTTP');
  const [first = '', ...lines] = head.split('\r\n');
  const [, method = '', target = '', minor] = requestLine.exec(first) ?? [];
  if (minor === undefined)
    return / HTTP\/[02-9]/.test(first) ? refuse(505, 'HTTP/1 only') : refuse(400, 'not HTTP');
  if (lines.length > mostHeaders) return refuse(431, `at most ${mostHeaders} headers`);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = headerLine.exec(line) ?? [];
    if (name === '') return refuse(400, 'a header is none');
    const key = name.toLowerCase();
    const before = headers.get(key);
    if (before !== undefined && onlyOnce.has(key)) return refuse(400, `more than one ${key}`);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  const host = headers.get('host') ?? null;
  if (host === null && minor === '1') return refuse(400, 'no Host');
  const length = headers.get('content-length');
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return refuse(400, 'a length is none');
  const wishes = (headers.get('connection') ?? '').toLowerCase().split(/[ \t]*,[ \t]*/);
  return {
    ok: true,
    request: {
      method,
      target,
      host,
      accept: headers.get('accept') ?? '',
      hasBody: headers.has('transfer-encoding') || Number(length ?? 0) > 0,
    },
    keepAlive: minor === '1' && !wishes.includes('close'),
  };
}

/** The head of an answer, with the empty line; `size` is that of the body, null for one that ends with the connection. */
export function printHead(
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  size: number | null,
  keepAlive: boolean,
  date: string,
): string {
  const lines = [
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Other'}`,
    `Date: ${date}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    // RFC 9110, section 8.6: none with 204.
    ...(size === null || status === 204 ? [] : [`Content-Length: ${size}`]),
    `Connection: ${keepAlive ? 'keep-alive' : 'close'}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

const mostHeaders = 64;
const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([!-~]+) HTTP\/1\.([01])$/;
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[^ \t].*)?[^ \t])?[ \t]*$/;
const onlyOnce: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding']);

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  421: 'Misdirected Request',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

function refuse(status: number, text: string): ParsedHead {
  return { ok: false, answer: textAnswer(status, text) };
}
