/** What somebody at the keyboard wants of a picture. */
export type Key = 'quit' | 'up' | 'down' | 'page-up' | 'page-down' | 'top' | 'bottom';

/** Reads what a terminal sends for keys, several at once where they came fast; what means nothing here is passed over. */
export function keysIn(bytes: string): readonly Key[] {
  const keys: Key[] = [];
  let at = 0;
  while (at < bytes.length) {
    const rest = bytes.slice(at);
    const sequence = rest.startsWith(esc)
      ? (/^.(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])/.exec(rest)?.[0] ?? esc)
      : rest.charAt(0);
    const key = meanings.get(sequence);
    if (key !== undefined) keys.push(key);
    at += sequence.length;
  }
  return keys;
}

const esc = '\x1b';

// Cursor keys as xterm and the Linux console send them, in normal and in application mode (ctlseqs, console_codes(4)).
const meanings: ReadonlyMap<string, Key> = new Map<string, Key>([
  ...(['q', 'Q', '\x03', '\x04'] as const).map((key) => [key, 'quit'] as const),
  ...(['\x1b[A', '\x1bOA', 'k'] as const).map((key) => [key, 'up'] as const),
  ...(['\x1b[B', '\x1bOB', 'j', '\r', '\n'] as const).map((key) => [key, 'down'] as const),
  ...(['\x1b[5~', 'b'] as const).map((key) => [key, 'page-up'] as const),
  ...(['\x1b[6~', ' '] as const).map((key) => [key, 'page-down'] as const),
  ...(['\x1b[H', '\x1b[1~', '\x1bOH', 'g'] as const).map((key) => [key, 'top'] as const),
  ...(['\x1b[F', '\x1b[4~', '\x1bOF', 'G'] as const).map((key) => [key, 'bottom'] as const),
]);
