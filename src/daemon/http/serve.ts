import { answer, type HttpAnswer, type HttpRequest, textAnswer } from '../../core/wire/http-answer.ts';
import { checksAnswer, liveChecks, type Progress, readyChecks } from '../../core/wire/http-checks.ts';
import { admit, type HttpPolicy, prefersOpenMetrics } from '../../core/wire/http-policy.ts';
import type { HttpFollowed } from '../../host/net/http-connection.ts';
import type { Events } from './events.ts';
import type { ViewKind, Views } from './views.ts';

/** What answers are made from. */
export interface ServeParts {
  readonly views: Views;
  readonly events: Events;
  readonly progress: () => Progress;
}

/** Answers one request from the last report: decides nothing, changes nothing. */
export async function serveHttp(
  request: HttpRequest,
  policy: HttpPolicy,
  { views, events, progress }: ServeParts,
): Promise<HttpAnswer | HttpFollowed> {
  const route = admit(request, policy);
  if ('status' in route) return route;
  switch (route.kind) {
    case 'livez':
      return checksAnswer(route, liveChecks(progress()));
    case 'readyz': {
      const state = progress();
      return checksAnswer(route, readyChecks(state, hasReport.includes(state.phase) ? views.report() : null));
    }
    case 'icon':
      return answer(204, '', '');
    case 'metrics':
      return prefersOpenMetrics(request.accept)
        ? view('openmetrics', 'application/openmetrics-text; version=1.0.0; charset=utf-8')
        : view('text', 'text/plain; version=0.0.4; charset=utf-8');
    case 'status':
      return view('status', 'application/json');
    case 'page': {
      const { pagePolicy } = await import('../../core/page/policy.ts');
      return view('page', 'text/html; charset=utf-8', pagePolicy);
    }
    case 'events':
      return progress().phase === 'keeping' ? events.answer() : notYet();
  }

  async function view(kind: ViewKind, type: string, contentPolicy?: string): Promise<HttpAnswer> {
    if (progress().phase !== 'keeping') return kind === 'page' ? askAgain(notYet()) : notYet();
    const text = await views.text(kind);
    if (text !== null) return answer(200, type, text, contentPolicy);
    const failed = textAnswer(503, 'the report could not be drawn up; try again');
    return kind === 'page' ? askAgain(failed) : failed;
  }

  function notYet(): HttpAnswer {
    const { phase } = progress();
    return textAnswer(
      503,
      phase === 'standing-by' ? 'standing by: another keeper serves this instance' : phase,
    );
  }
}

const hasReport: readonly Progress['phase'][] = ['starting', 'keeping'];

/** A browser does so by itself, so that whoever came too early has the page when there is one. */
function askAgain(early: HttpAnswer): HttpAnswer {
  return { ...early, headers: { ...early.headers, Refresh: '5' } };
}
