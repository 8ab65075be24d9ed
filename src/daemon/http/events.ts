import { answer, type HttpAnswer, textAnswer } from '../../core/wire/http-answer.ts';
import type { HttpFollowed, HttpFollower } from '../../host/net/http-connection.ts';
import { createEarliest } from './earliest.ts';

/** Server-sent events for whoever has the page open. */
export interface Events {
  /** Takes one more listener, or refuses. */
  answer(): HttpFollowed | HttpAnswer;
  /** Something in the report may be different now. */
  changed(): void;
  close(): void;
}

const mostListeners = 8;
/** At most two messages a second, and one every 15 s: a page that hears nothing takes its connection for dead. */
const frameMs = 500;
const heartbeatMs = 15_000;
/** Who has not read a message for so long is gone, whatever the connection says. */
const patienceMs = 30_000;

/** Since when a listener has not read what was sent; null where it has. */
interface Reading {
  behindSince: number | null;
}

/** Sends the text of `live` as it is now, first at once and then after changes; idle while nobody listens. */
export function createEvents(live: () => Promise<string | null>): Events {
  const listeners = new Map<HttpFollower, Reading>();
  const timer = createEarliest(() => void send());
  let sending = false;
  let changedMeanwhile = false;

  const schedule = (ms: number): void => {
    if (listeners.size > 0 && !sending) timer.set(ms);
  };

  const send = async (): Promise<void> => {
    sending = true;
    changedMeanwhile = false;
    const text = await live().catch(() => null);
    sending = false;
    const message = text === null ? ': the report failed\n\n' : messageOf(text);
    for (const [listener, reading] of listeners) show(listener, reading, message);
    schedule(changedMeanwhile ? frameMs : heartbeatMs);
  };

  const begin = (listener: HttpFollower): void => {
    listeners.set(listener, { behindSince: null });
    listener.onClose(() => {
      listeners.delete(listener);
      if (listeners.size === 0) timer.clear();
    });
    if (sending) changedMeanwhile = true;
    schedule(0);
  };

  return {
    answer() {
      if (listeners.size >= mostListeners)
        return textAnswer(503, `${mostListeners} pages are being kept up to date already`);
      const { headers } = answer(200, 'text/event-stream; charset=utf-8', '');
      return { status: 200, headers, begin };
    },
    changed() {
      if (sending) changedMeanwhile = true;
      else schedule(frameMs);
    },
    close() {
      for (const listener of listeners.keys()) listener.end();
    },
  };
}

/** The messages between are dropped: one at most waits in memory for who does not read. */
function show(listener: HttpFollower, reading: Reading, message: string): void {
  if (listener.waiting() === 0) {
    reading.behindSince = null;
    listener.write(message);
    return;
  }
  reading.behindSince ??= performance.now();
  if (performance.now() - reading.behindSince > patienceMs) listener.end();
}

/** HTML Living Standard, section 9.2: every line of the text is a line of data. */
function messageOf(text: string): string {
  return `${text
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}`)
    .join('\n')}\n\n`;
}
