/**
 * SHA-256 in hex of a short byte string, one character for each byte (FIPS 180-4). For a few lines of text at a start,
 * where loading node:crypto takes a hundred times as long as this; whole files are hashed by that.
 */
export function sha256(bytes: string): string {
  const size = Math.ceil((bytes.length + 9) / 64) * 64;
  const view = new DataView(new ArrayBuffer(size));
  for (let i = 0; i < bytes.length; i++) view.setUint8(i, bytes.charCodeAt(i));
  view.setUint8(bytes.length, 0x80);
  view.setUint32(size - 4, bytes.length * 8);
  const state = Uint32Array.from(roots(8), (root) => fraction(Math.sqrt(root)));
  for (let at = 0; at < size; at += 64) mix(state, view, at);
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
}

function mix(state: Uint32Array, view: DataView, at: number): void {
  const w = new Uint32Array(64);
  const word = (i: number): number => w[i] ?? 0;
  for (let i = 0; i < 64; i++) {
    const [a, b] = [word(i - 15), word(i - 2)];
    const small = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3);
    const large = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
    w[i] = i < 16 ? view.getUint32(at + 4 * i) : word(i - 16) + small + word(i - 7) + large;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const sum = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const one = (h + sum + ((e & f) ^ (~e & g)) + (constants[i] ?? 0) + word(i)) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + value;
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function fraction(root: number): number {
  return (root - Math.floor(root)) * 2 ** 32;
}

/** The first primes. */
function roots(count: number): readonly number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return primes;
}

const constants = Uint32Array.from(roots(64), (prime) => fraction(Math.cbrt(prime)));
