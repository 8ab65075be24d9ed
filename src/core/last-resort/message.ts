import { catalogue } from '../platforms/catalogue.ts';

/** What the program of last resort tells of one file. */
export interface UnservedMessage {
  /** OCI name, or the target where there is none; empty where the header says nothing that is known. */
  readonly platform: string;
  /** `none`: nobody serves it; `gone`: a handler of ours does, and did not come back in time. */
  readonly cause: 'none' | 'gone';
  /** As it was executed, cut after some hundred bytes; a byte string. */
  readonly path: string;
}

/** Reads one datagram, a byte string; null for what no program of ours writes, since anybody can send one. */
export function parseUnserved(text: string): UnservedMessage | null {
  const [version, platform = '', cause, path, ...rest] = text.split('\0');
  if (version !== '1' || path === undefined || path === '' || rest.length > 0) return null;
  if (cause !== 'none' && cause !== 'gone') return null;
  return platform === '' || known.has(platform) ? { platform, cause, path } : null;
}

const known = new Set(catalogue.map((row) => row.platforms[0] ?? row.target));
