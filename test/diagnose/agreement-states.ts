import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type Registration, renderLine } from '../../src/core/kernel/registration.ts';
import { architectureOf } from '../../src/core/platforms/catalogue.ts';
import { matcherOf } from '../../src/core/platforms/catalogue-magic.ts';
import { targets } from '../e2e/foreign.ts';

/** What an instance can be brought into. */
interface Hands {
  readonly main: string;
  /** Where files lie, and where none may be executed. */
  readonly dir: string;
  readonly noexec: string;
}

/** States of the host, each made from an instance without entries. */
export const states: Readonly<Record<string, (hands: Hands) => void>> = {
  'no entry': () => {},
  'entry with F': (hands) => put(hands, 'one', foreign(), fit(hands), 'F'),
  'entry with POCF': (hands) => put(hands, 'one', foreign(), fit(hands), 'POCF'),
  'entry without F': (hands) => put(hands, 'one', foreign(), fit(hands), ''),
  'interpreter missing': (hands) => put(hands, 'one', foreign(), `${hands.dir}/no-interpreter`, ''),
  'way to the interpreter missing': (hands) =>
    put(hands, 'one', foreign(), `${hands.dir}/text/interpreter`, ''),
  'F and the file is gone': (hands) => {
    copyFileSync(fit(hands), `${hands.dir}/going`);
    put(hands, 'one', foreign(), `${hands.dir}/going`, 'F');
    rmSync(`${hands.dir}/going`);
  },
  'F and no permission since': (hands) => {
    copyFileSync(fit(hands), `${hands.dir}/barred`);
    chmodSync(`${hands.dir}/barred`, 0o755);
    put(hands, 'one', foreign(), `${hands.dir}/barred`, 'F');
    chmodSync(`${hands.dir}/barred`, 0o644);
  },
  'interpreter without permission': (hands) => put(hands, 'one', foreign(), `${hands.dir}/mode`, ''),
  'interpreter on noexec': (hands) => put(hands, 'one', foreign(), `${hands.noexec}/native`, ''),
  'interpreter is a directory': (hands) => put(hands, 'one', foreign(), hands.dir, ''),
  'interpreter is a FIFO': (hands) => put(hands, 'one', foreign(), `${hands.dir}/fifo`, ''),
  'interpreter is relative': (hands) => put(hands, 'one', foreign(), 'native', ''),
  'interpreter is a text': (hands) => put(hands, 'one', foreign(), `${hands.dir}/text`, 'F'),
  'interpreter is a script': (hands) => put(hands, 'one', foreign(), `${hands.dir}/script`, 'F'),
  'interpreter asks for a loader': (hands) =>
    put(hands, 'one', foreign(), `${hands.dir}/loader-missing`, 'F'),
  'interpreter has a bad loader': (hands) => put(hands, 'one', foreign(), `${hands.dir}/loader-text`, 'F'),
  'interpreter is foreign': (hands) => put(hands, 'one', foreign(), `${hands.dir}/app-riscv64`, ''),
  'interpreter is foreign and run': (hands) => {
    put(hands, 'two', foreign(1), fit(hands), 'F');
    put(hands, 'one', foreign(), `${hands.dir}/app-riscv64`, '');
  },
  'entry takes its own interpreter': (hands) => put(hands, 'one', foreign(), `${hands.dir}/app-arm64`, ''),
  'two entries in a circle': (hands) => {
    put(hands, 'one', foreign(), `${hands.dir}/app-riscv64`, '');
    put(hands, 'two', foreign(1), `${hands.dir}/app-arm64`, '');
  },
  disabled: (hands) => {
    put(hands, 'one', foreign(), fit(hands), 'F');
    writeFileSync(`${hands.main}/one`, '0');
  },
  'status 0': (hands) => {
    put(hands, 'one', foreign(), fit(hands), 'F');
    writeFileSync(`${hands.main}/status`, '0');
  },
  'a dead entry in front': (hands) => {
    put(hands, 'one', foreign(), fit(hands), 'F');
    put(hands, 'two', foreign(), `${hands.dir}/no-interpreter`, '');
  },
  'a good entry in front': (hands) => {
    put(hands, 'two', foreign(), `${hands.dir}/no-interpreter`, '');
    put(hands, 'one', foreign(), fit(hands), 'F');
  },
  'a disabled entry in front': (hands) => {
    put(hands, 'one', foreign(), fit(hands), 'F');
    put(hands, 'two', foreign(), `${hands.dir}/no-interpreter`, '');
    writeFileSync(`${hands.main}/two`, '0');
  },
  'registered again': (hands) => {
    put(hands, 'one', foreign(), fit(hands), 'F');
    put(hands, 'two', foreign(), `${hands.dir}/no-interpreter`, '');
    writeFileSync(`${hands.main}/one`, '-1');
    put(hands, 'one', foreign(), fit(hands), 'F');
  },
  extensions: (hands) => {
    put(hands, 'jar', { kind: 'extension', extension: 'jar' }, fit(hands), '');
    put(hands, 'html', { kind: 'extension', extension: 'html' }, `${hands.dir}/no-interpreter`, '');
    put(hands, 'loop', { kind: 'extension', extension: 'loop' }, `${hands.dir}/x.loop`, '');
  },
  'magic and extension': (hands) => {
    put(hands, 'jar', { kind: 'extension', extension: 'jar' }, fit(hands), '');
    put(hands, 'zip', magic('PK\x03\x04'), `${hands.dir}/no-interpreter`, '');
  },
  'extension and magic': (hands) => {
    put(hands, 'zip', magic('PK\x03\x04'), `${hands.dir}/no-interpreter`, '');
    put(hands, 'jar', { kind: 'extension', extension: 'jar' }, fit(hands), '');
  },
  'bytes far behind': (hands) => {
    put(hands, 'near', magic('MARK', 100), fit(hands), '');
    put(hands, 'far', magic('MARK', 252), fit(hands), '');
    put(hands, 'masked', magic('\x4d\0\x52\x4b', 100, '\xff\0\xff\xff'), fit(hands), '');
  },
  'other systems': (hands) => {
    put(hands, 'wine', magic('MZ'), fit(hands), '');
    put(hands, 'wasm', magic('\0asm'), `${hands.dir}/mode`, '');
    put(hands, 'macho', magic('\xcf\xfa\xed\xfe'), `${hands.dir}/script-missing`, '');
  },
  'scripts and texts': (hands) => {
    put(hands, 'echo', magic('echo '), fit(hands), 'F');
    put(hands, 'crlf', magic('#!./native\r'), fit(hands), '');
    put(hands, 'zeros', magic('\0\0\0\0\0\0\0\0', 0), `${hands.dir}/no-interpreter`, '');
  },
};

/** Takes all entries away and switches the instance on. */
export function clear(main: string): void {
  writeFileSync(`${main}/status`, '-1');
  writeFileSync(`${main}/status`, '1');
}

/** Beside the files that are executed, so that scripts can name it. */
export function makeDirectories({ dir, noexec }: Hands): void {
  for (const one of [dir, noexec]) mkdirSync(one, { recursive: true });
}

function fit({ dir }: Hands): string {
  return `${dir}/native`;
}

function foreign(at: 0 | 1 = 0): Registration['matcher'] {
  const row = architectureOf(targets[at]);
  if (row === undefined) throw new Error(`no architecture ${targets[at]}`);
  return matcherOf(row);
}

function magic(text: string, offset = 0, mask?: string): Registration['matcher'] {
  const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
  const bits = mask === undefined ? bytes.map(() => 0xff) : new Uint8Array(Buffer.from(mask, 'latin1'));
  return { kind: 'magic', offset, magic: bytes, mask: bits };
}

function put(
  { main }: Hands,
  name: string,
  matcher: Registration['matcher'],
  interpreter: string,
  flags: string,
): void {
  writeFileSync(`${main}/register`, renderLine({ name, matcher, interpreter, flags }));
}
