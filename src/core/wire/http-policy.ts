import type { HttpAddress } from '../config/http-address.ts';
import { type HttpAnswer, type HttpRequest, textAnswer } from './http-answer.ts';
import { type HttpRoute, routeOf } from './http-route.ts';

/** What is served at an address. */
export interface HttpPolicy {
  /** Page, status and events: all that has paths, names and details of the host in it. */
  readonly ui: boolean;
  /** Only requests that name the loopback as their host: a name of somebody else's that resolves to it is an attack. */
  readonly ownHostOnly: boolean;
  /** Why there is no page, where there is none. */
  readonly why: string;
}

/** The policy of an address under `http.ui`. */
export function httpPolicy(address: HttpAddress, ui: 'auto' | 'always' | 'never'): HttpPolicy {
  const near = address.kind === 'unix' || address.loopback;
  return {
    ui: ui === 'always' || (ui === 'auto' && near),
    ownHostOnly: address.kind === 'tcp' && address.loopback,
    why:
      ui === 'never'
        ? 'not served: http.ui is never'
        : 'not served here: this address is not loopback, and http.ui is auto; see http.ui: always, or a unix socket',
  };
}

/** What a request asks for where it may be answered, or the refusal. */
export function admit(request: HttpRequest, policy: HttpPolicy): HttpRoute | HttpAnswer {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed();
  if (request.hasBody) return textAnswer(413, 'no request has a body here');
  // An absolute target would name a second host, and the first one would be checked in vain.
  if (!request.target.startsWith('/')) return textAnswer(400, 'the target must be a path');
  if (policy.ownHostOnly && !namesLoopback(request.host))
    return textAnswer(421, 'served under localhost, 127.0.0.0/8 and [::1] only');
  const route = routeOf(request.target);
  if (route === null) return textAnswer(404, 'nothing is here; there are /livez /readyz /metrics /status /');
  return policy.ui || !uiOnly.has(route.kind) ? route : textAnswer(403, policy.why);
}

const uiOnly: ReadonlySet<string> = new Set(['page', 'status', 'events']);

function notAllowed(): HttpAnswer {
  const { headers, ...rest } = textAnswer(405, 'only GET and HEAD; no request changes anything');
  return { ...rest, headers: { ...headers, Allow: 'GET, HEAD' } };
}

/** Whether a Host header is `localhost`, an address of 127.0.0.0/8 or `[::1]`, with any port. No browser leaves it out. */
function namesLoopback(host: string | null): boolean {
  return host === null || /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}

/** Whether a client that scrapes would rather have OpenMetrics than the older text. */
export function prefersOpenMetrics(accept: string): boolean {
  let open = 0;
  let text = 0;
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const q = parameters.find((p) => p.startsWith('q='));
    const weight = q === undefined ? 1 : Number(q.slice(2)) || 0;
    if (type === 'application/openmetrics-text') open = Math.max(open, weight);
    if (type === 'text/plain') text = Math.max(text, weight);
  }
  return open > 0 && open >= text;
}
