/** A request as far as it matters: nothing here has a body. */
export interface HttpRequest {
  readonly method: string;
  /** As it was sent, path and query. */
  readonly target: string;
  /** The Host header, null where there is none (HTTP/1.0). */
  readonly host: string | null;
  readonly accept: string;
  readonly hasBody: boolean;
}

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Nothing may keep, sniff, frame or load anything; `policy` is the Content-Security-Policy where it allows more. */
export function answer(
  status: number,
  type: string,
  body: string,
  policy = "default-src 'none'; frame-ancestors 'none'",
): HttpAnswer {
  return {
    status,
    headers: {
      ...(type === '' ? {} : { 'Content-Type': type }),
      'Cache-Control': 'no-store',
      'Content-Security-Policy': policy,
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    },
    body,
  };
}

/** A sentence or a few lines for people; a line end is added. */
export function textAnswer(status: number, text: string): HttpAnswer {
  return answer(status, 'text/plain; charset=utf-8', `${text}\n`);
}
