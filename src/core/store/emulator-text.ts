/** What an emulator says of itself in its own bytes. */
export interface EmulatorText {
  /** QEMU's target, `aarch64`. */
  readonly target: string;
  readonly version: string;
}

/** Finds it in a file that comes in pieces. */
export interface EmulatorScan {
  push(chunk: Uint8Array): void;
  /** Null where nothing of the kind was seen so far. */
  found(): EmulatorText | null;
}

/**
 * QEMU's `--version` is one constant of its program, `qemu-aarch64 version 7.2.22 (…)`: so target and version of a file are known
 * without running it.
 */
export function scanEmulator(): EmulatorScan {
  let tail = Buffer.alloc(0);
  let found: EmulatorText | null = null;
  return {
    push(chunk) {
      if (found !== null) return;
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      // Only what may be cut in two is copied: whoever reads reuses his buffer.
      found = searchIn(Buffer.concat([tail, bytes.subarray(0, overlap)])) ?? searchIn(bytes);
      tail = Buffer.concat([tail, bytes.subarray(-overlap)]).subarray(-overlap);
    },
    found: () => found,
  };
}

/** Longer than any such text. */
const overlap = 160;
const mark = ' version ';

function searchIn(bytes: Buffer): EmulatorText | null {
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    const text = bytes.toString('latin1', Math.max(0, at - 40), at + 80);
    const [, target, version] =
      /(?:^|\0|[^\w-])qemu-([a-z0-9_]+) version ([0-9][\w.+~-]*)[^\w.+~-]/.exec(text) ?? [];
    if (target !== undefined && version !== undefined) return { target, version };
  }
  return null;
}
