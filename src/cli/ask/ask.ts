import type { Socket } from 'node:net';
import type { Report } from '../../core/report/report.ts';
import {
  type ControlAnswer,
  type ControlRequest,
  controlError,
  parseAnswer,
  printRequest,
} from '../../core/wire/control.ts';
import { connectControl, nobodyListens } from '../../host/net/control-socket.ts';

/** The last word of the daemon: what was asked for, or why not. */
export type Reply = Exclude<ControlAnswer, { readonly type: 'progress' }>;

/** Until the daemon says that it has understood. */
const firstWordMs = 5000;
/** Between two words of it; some emulators are slow, and many may have to be deployed. */
const silenceMs = 10 * 60_000;
/** A report of a thousand handlers is a hundredth of this. */
const longestAnswer = 64 * 1024 * 1024;

/**
 * Asks the daemon whose run directory this is. null where none listens there; an `error` where one does that could
 * not be asked (`no-permission`), does not answer in time (`no-answer`), or does not speak as it should (`garbage`).
 */
export async function askDaemon(
  dir: string,
  request: Exclude<ControlRequest, { readonly type: 'watch' }>,
  onProgress: (text: string) => void = () => {},
): Promise<Reply | null> {
  const connected = await connect(dir);
  if (connected === null || !('on' in connected)) return connected;
  const limit = new AbortController();
  let timer = setTimeout(() => limit.abort(), firstWordMs);
  try {
    connected.write(printRequest(request));
    for await (const answer of answers(connected, limit.signal)) {
      clearTimeout(timer);
      if (answer.type !== 'progress') return answer;
      onProgress(answer.text);
      timer = setTimeout(() => limit.abort(), silenceMs);
    }
    return limit.signal.aborted
      ? controlError('no-answer', `the daemon listens in ${dir}, but does not answer`)
      : controlError('no-answer', 'the daemon ended before it had answered');
  } finally {
    clearTimeout(timer);
    connected.destroy();
  }
}

/**
 * The reports of a running daemon, the present one first and then each change, at most ten a second. Ends when the
 * daemon ends or `signal` is aborted; yields nothing where no daemon can be asked. Ask again to follow the next one.
 */
export async function* watchReports(dir: string, signal: AbortSignal): AsyncGenerator<Report, void, void> {
  const connected = await connect(dir);
  if (connected === null || !('on' in connected)) return;
  try {
    connected.write(printRequest({ type: 'watch' }));
    for await (const answer of answers(connected, signal)) {
      if (answer.type === 'report') yield answer.report;
      else if (answer.type !== 'progress') return;
    }
  } finally {
    connected.destroy();
  }
}

async function connect(dir: string): Promise<Socket | (Reply & { readonly type: 'error' }) | null> {
  const connected = await connectControl(dir);
  if (connected.ok) return connected.socket.on('error', () => {});
  if (nobodyListens(connected.code)) return null;
  const denied = connected.code === 'EACCES' || connected.code === 'EPERM';
  return controlError(denied ? 'no-permission' : 'no-answer', connected.message);
}

/** Line by line, until the other side ends, says something that is no answer, or `signal` is aborted. */
async function* answers(socket: Socket, signal: AbortSignal): AsyncGenerator<ControlAnswer, void, void> {
  const stop = (): void => void socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let rest = '';
  try {
    for await (const text of socket.setEncoding('utf8')) {
      const lines = `${rest}${String(text)}`.split('\n');
      rest = lines.pop() ?? '';
      if (lines.length === 0 && rest.length <= longestAnswer) continue;
      // Loaded where somebody answers.
      const { readReportShape } = await import('./report-schema.ts');
      for (const line of lines) {
        const answer = parseAnswer(line, readReportShape);
        yield answer ?? controlError('garbage', 'what answers does not speak as a keeper of this version');
        if (answer === null) return;
      }
      if (rest.length > longestAnswer) {
        yield controlError('garbage', 'an answer without an end');
        return;
      }
    }
  } catch {
    // reset or destroyed: the end as well
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
