import type { ReadStream, WriteStream } from 'node:tty';
import { type Key, keysIn } from './keys.ts';

/** A terminal used as a whole; what was on it comes back when it is closed. */
export interface Screen {
  readonly columns: () => number;
  readonly rows: () => number;
  /** Replaces what is shown without clearing first, so that nothing flickers. */
  draw(lines: readonly string[]): void;
  close(): void;
}

/** What a screen tells of. */
export interface ScreenEvents {
  readonly resized: () => void;
  readonly key: (key: Key) => void;
}

/** Takes the terminal: alternate screen, no cursor, no wrapping, keys one by one. */
export function openScreen(output: WriteStream, input: ReadStream, events: ScreenEvents): Screen {
  const onKeys = (keys: Buffer): void => {
    for (const key of keysIn(keys.toString('latin1'))) events.key(key);
  };
  const raw = input.isTTY === true;
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    output.off('resize', events.resized);
    process.off('exit', close);
    output.write(leave);
    if (!raw) return;
    input.off('data', onKeys);
    input.setRawMode(false);
    input.pause();
  };
  if (raw) {
    input.setRawMode(true);
    input.on('data', onKeys);
    input.resume();
  }
  output.on('resize', events.resized);
  process.on('exit', close);
  output.write(enter);
  return {
    columns: () => output.columns || 80,
    rows: () => output.rows || 24,
    draw: (lines) => {
      if (open) output.write(`${home}${lines.map((l) => `${l}${eraseRest}`).join('\n')}${eraseBelow}`);
    },
    close,
  };
}

// DEC private modes as xterm documents them (ctlseqs): 1049 alternate screen, 25 cursor, 7 wrapping.
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const leave = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const home = '\x1b[H';
const eraseRest = '\x1b[K';
const eraseBelow = '\x1b[J';
