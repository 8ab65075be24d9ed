/** What a path asks for. */
export type HttpRoute = { readonly kind: 'metrics' | 'status' | 'page' | 'events' | 'icon' } | HttpCheckRoute;

/** A question about health, as Kubernetes' own servers understand it. */
export interface HttpCheckRoute {
  readonly kind: 'livez' | 'readyz';
  /** One check of them, or all. */
  readonly name: string | null;
  readonly verbose: boolean;
  readonly exclude: readonly string[];
}

/** What `target`, path and query as they were sent, asks for; null for whatever is not served. */
export function routeOf(target: string): HttpRoute | null {
  const at = target.indexOf('?');
  const path = at === -1 ? target : target.slice(0, at);
  const kind = whole.get(path);
  if (kind !== undefined) return { kind };
  const [, word = '', name] = /^\/(livez|readyz|healthz)(?:\/(.*))?$/s.exec(path) ?? [];
  if (word === '') return null;
  const query = new URLSearchParams(at === -1 ? '' : target.slice(at + 1));
  return {
    kind: word === 'readyz' ? 'readyz' : 'livez',
    name: name === undefined || name === '' ? null : decoded(name),
    verbose: query.has('verbose'),
    exclude: query.getAll('exclude').slice(0, mostExcluded),
  };
}

/** More than there are checks. */
const mostExcluded = 64;

const whole: ReadonlyMap<string, 'metrics' | 'status' | 'page' | 'events' | 'icon'> = new Map([
  ['/', 'page'],
  ['/metrics', 'metrics'],
  ['/status', 'status'],
  ['/events', 'events'],
  ['/favicon.ico', 'icon'],
]);

/** What is no valid encoding names no check, as it stands. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
