import * as z from 'zod';
import { unclearBytes, unclearFlags, unclearInterpreter } from '../kernel/misread.ts';
import {
  canonicalFlags,
  checkRegistration,
  type Matcher,
  type Registration,
} from '../kernel/registration.ts';
import { type OwnCheck, type OwnCheckText, ownCheckSchema, writeOwnCheck } from './own-check.ts';
import { nameOfMany } from './rules.ts';

/** A handler of the user's own: what is registered, and what proves it. */
export interface OwnHandler extends Registration {
  readonly check?: OwnCheck;
}

/** A handler of the user's own as the configuration file writes it. */
export interface OwnHandlerText {
  name: string;
  magic?: string | undefined;
  mask?: string | undefined;
  offset?: number | undefined;
  extension?: string | undefined;
  interpreter: string;
  flags: string;
  check?: OwnCheckText | undefined;
}

/** What is wrong with one key of a handler. */
export interface KeyFault {
  readonly key: keyof OwnHandlerText;
  readonly why: string;
}

const whereAllowed = { error: 'must be a whole number from 0 to 255' };

const shape = z.strictObject({
  name: z.string().describe('name of the entry; no slash, at most 250 bytes'),
  magic: z
    .string()
    .optional()
    .describe(
      'bytes to look for: printable text with \\xHH for other bytes, or hexadecimal with 0x in front',
    ),
  mask: z.string().optional().describe('bits of the magic that count, written like it; without it all do'),
  offset: z
    .int(whereAllowed)
    .min(0, whereAllowed)
    .max(255, whereAllowed)
    .optional()
    .describe('where the magic begins'),
  extension: z.string().optional().describe('in place of a magic: end of the file name, without the dot'),
  interpreter: z.string().describe('absolute path of the program that runs such files'),
  flags: z.string().prefault('').describe('letters of P, O, C, F'),
  check: ownCheckSchema.optional().describe('what is run to prove that the handler works'),
});

/** The keys of one handler, for suggestions. */
export const ownHandlerKeys: readonly (keyof OwnHandlerText)[] = shape.keyof().options;

/** A right value of each key. */
export const ownHandlerExample: Readonly<Record<keyof OwnHandlerText, string>> = {
  name: 'jar',
  magic: '0xcafebabe',
  mask: '0xffffffff',
  offset: '0',
  extension: 'jar',
  interpreter: '/usr/bin/jexec',
  flags: '"F"',
  check: '{file: /usr/local/lib/sample.jar}',
};

/** One element of `handlers`, turned into a registration; the rules are the kernel's, so that it is refused here, with a place. */
export const ownHandlerSchema = shape.transform(({ check, ...given }, context): OwnHandler => {
  const read = readOwnHandler(given);
  const misfit = check === undefined ? null : misfitOf(check, given.extension);
  if (misfit !== null) context.addIssue({ code: 'custom', path: ['check', 'file'], message: misfit });
  if (!Array.isArray(read)) return check === undefined ? read : { ...read, check };
  for (const { key, why } of read) context.addIssue({ code: 'custom', path: [key], message: why });
  return z.NEVER;
});

/** A sample of another name would never be run by the handler; by its bytes that is told when it is read. */
function misfitOf({ isSample, command }: OwnCheck, extension: string | undefined): string | null {
  if (!isSample || extension === undefined || command[0]?.endsWith(`.${extension}`) === true) return null;
  return `must end in .${extension}, as what the handler runs does; got ${JSON.stringify(command[0]?.slice(0, 60))}`;
}

/** Turns a handler's text into a registration of byte strings, or lists all that is wrong with it. */
function readOwnHandler(given: OwnHandlerText): Registration | KeyFault[] {
  const faults: KeyFault[] = [];
  const matcher = readMatcher(given, faults);
  if (matcher === null) return faults;
  const registration: Registration = {
    name: byteString(given.name),
    matcher,
    interpreter: byteString(given.interpreter),
    flags: canonicalFlags(given.flags),
  };
  const unclear = [
    { key: 'name', why: nameOfMany(given.name) },
    { key: 'interpreter', why: unclearInterpreter(given.interpreter) },
    { key: 'flags', why: unclearFlags(given.flags) },
  ] as const;
  for (const { key, why } of unclear) if (why !== null) faults.push({ key, why });
  for (const { field, expected, given: got } of checkRegistration(registration)) {
    if (faults.some(({ key }) => key === field)) continue;
    const shown = got.length > 80 ? `${got.slice(0, 80)}…` : got;
    faults.push({ key: keyOf(field), why: `expected ${expected}, got ${shown}` });
  }
  // Entries are compared as text, and so is what lies in the store.
  if (/\/(\.{0,2})(\/|$)/.test(given.interpreter)) {
    faults.push({ key: 'interpreter', why: 'must be written without //, ., .. and a slash at its end' });
  }
  if (new Set(given.flags).size < given.flags.length && unclearFlags(given.flags) === null)
    faults.push({ key: 'flags', why: 'names a letter twice' });
  // A handler is replaced by way of NAME.next, which must be free, and fit into the 255 bytes of a name too.
  if (registration.name.endsWith('.next')) {
    faults.push({ key: 'name', why: 'must not end in .next: that name is used while an entry is replaced' });
  } else if (registration.name.length > 250 && registration.name.length <= 255) {
    faults.push({ key: 'name', why: `expected at most 250 bytes, got ${registration.name.length}` });
  }
  return faults.length > 0 ? faults : registration;
}

/** The same handler as the configuration file would write it. */
export function writeOwnHandler({ check, ...handler }: OwnHandler): OwnHandlerText {
  const { matcher } = handler;
  const proof = check === undefined ? {} : { check: writeOwnCheck(check) };
  const rest = { interpreter: text(handler.interpreter), flags: handler.flags, ...proof };
  if (matcher.kind === 'extension') {
    return { name: text(handler.name), extension: text(matcher.extension), ...rest };
  }
  const { magic, mask, offset } = matcher;
  return { name: text(handler.name), magic: hex(magic), mask: hex(mask), offset, ...rest };
}

function readMatcher(given: OwnHandlerText, faults: KeyFault[]): Matcher | null {
  if (given.extension !== undefined) {
    for (const key of ['magic', 'mask', 'offset'] as const) {
      if (given[key] !== undefined)
        faults.push({ key, why: 'does not go with extension: a handler has either one' });
    }
    return faults.length > 0 ? null : { kind: 'extension', extension: byteString(given.extension) };
  }
  if (given.magic === undefined) {
    faults.push({ key: 'magic', why: 'is missing: a handler needs magic or extension' });
    return null;
  }
  const magic = bytesOf('magic', given.magic, faults);
  const mask = given.mask === undefined ? undefined : bytesOf('mask', given.mask, faults);
  if (magic === null || mask === null) return null;
  if (mask !== undefined && mask.length > 0 && mask.every((byte) => byte === 0)) {
    faults.push({
      key: 'mask',
      why: 'must not be all zeros: it would match every file and stop every program',
    });
  }
  return {
    kind: 'magic',
    offset: given.offset ?? 0,
    magic,
    mask: mask ?? new Uint8Array(magic.length).fill(0xff),
  };
}

/** Text with `\xHH`, or hexadecimal after 0x; what could be either is refused. */
function bytesOf(key: 'magic' | 'mask', written: string, faults: KeyFault[]): Uint8Array | null {
  const digits = /^0x([0-9a-f]*)$/i.exec(written)?.[1];
  if (digits !== undefined) {
    if (digits.length % 2 === 0)
      return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    faults.push({ key, why: 'must have two hexadecimal digits for each byte' });
    return null;
  }
  const unclear = unclearBytes(written, 'config');
  if (unclear !== null) {
    faults.push({ key, why: unclear });
    return null;
  }
  // Other characters are ambiguous: YAML itself resolves "\xff" between double quotes to the two bytes of U+00FF.
  if (!/^(\\x[0-9a-f]{2}|[ -[\]-~])*$/i.test(written)) {
    faults.push({
      key,
      why: 'must be printable ASCII with \\xHH for any other byte and for a backslash (not between double quotes, where YAML resolves it), or hexadecimal such as 0x7f45',
    });
    return null;
  }
  return Uint8Array.from(written.match(/\\x..|./g) ?? [], (unit) =>
    unit.length > 1 ? Number.parseInt(unit.slice(2), 16) : unit.charCodeAt(0),
  );
}

function keyOf(field: string): keyof OwnHandlerText {
  // What concerns the line as a whole is shown at the name, which every handler has.
  return ownHandlerKeys.find((key) => key === field) ?? 'name';
}

function byteString(unicode: string): string {
  return Array.from(new TextEncoder().encode(unicode), (byte) => String.fromCharCode(byte)).join('');
}

function text(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
}

function hex(bytes: Uint8Array): string {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
