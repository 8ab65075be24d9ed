import type { Context } from './context.ts';

/**
 * Says on the terminal how far work has come that takes longer than a second, in one line that is gone at the end; on
 * anything but a terminal says nothing.
 */
export async function withProgress<T>(
  context: Pick<Context, 'terminal' | 'env' | 'err'>,
  tell: () => string,
  work: Promise<T>,
): Promise<T> {
  if (!context.terminal || context.env.TERM === 'dumb') return work;
  let shown = '';
  let timer: NodeJS.Timeout | undefined;
  const show = (): void => {
    const text = tell();
    if (text !== shown) context.err(`${startOfLine}${text}${eraseRest}`);
    shown = text;
    timer = setTimeout(show, 200);
  };
  timer = setTimeout(show, 1000);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (shown !== '') context.err(`${startOfLine}${eraseRest}`);
  }
}

const startOfLine = '\r';
const eraseRest = '\x1b[K';
