import fc from 'fast-check';
import type { Matcher, Registration } from '../src/core/kernel/registration.ts';
import { canonicalFlags, checkRegistration } from '../src/core/kernel/registration.ts';

const anyByte = fc.oneof(
  fc.constantFrom(0, 0x0a, 0x22, 0x3a, 0x5c, 0x78, 0xff),
  fc.integer({ min: 0, max: 255 }),
);

/**
 * Byte strings, with the bytes that are special somewhere (NUL, newline, colon, backslash) more often than
 * by chance.
 */
export function byteString(
  constraints: { minLength: number; maxLength: number },
  without = '',
): fc.Arbitrary<string> {
  const char = anyByte.map((byte) => String.fromCharCode(byte)).filter((one) => !without.includes(one));
  return fc.array(char, constraints).map((chars) => chars.join(''));
}

const maskByte = fc.oneof(fc.constantFrom(0xff, 0xfe, 0), anyByte);

/** Magic matchers anywhere in a file's first 256 bytes. */
export const magicMatcher: fc.Arbitrary<Matcher & { kind: 'magic' }> = fc
  .record({
    offset: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })),
    pairs: fc.array(fc.tuple(anyByte, maskByte), { minLength: 1, maxLength: 256, size: 'medium' }),
    masked: fc.boolean(),
  })
  .map(({ offset, pairs, masked }) => {
    const kept = pairs.slice(0, 256 - offset);
    const magic = Uint8Array.from(kept, ([byte]) => byte);
    return {
      kind: 'magic',
      offset,
      magic,
      mask: Uint8Array.from(kept, ([, mask]) => (masked ? mask : 0xff)),
    };
  });

const extensionMatcher: fc.Arbitrary<Matcher> = byteString({ minLength: 1, maxLength: 20 }, '\0\n/.').map(
  (extension) => ({ kind: 'extension', extension }),
);

/** Registrations that the kernel takes. With `F` the interpreter must exist, so it is `/bin/sh` there. */
export const registration: fc.Arbitrary<Registration> = fc
  .record({
    name: byteString({ minLength: 1, maxLength: 255 }, '\0/'),
    matcher: fc.oneof({ arbitrary: magicMatcher, weight: 3 }, { arbitrary: extensionMatcher, weight: 1 }),
    path: byteString({ minLength: 0, maxLength: 300 }, '\0\n'),
    flags: fc.subarray([...'POCF']).map((flags) => canonicalFlags(flags.join(''))),
  })
  .map(({ path, ...rest }) => ({ ...rest, interpreter: rest.flags.includes('F') ? '/bin/sh' : `/${path}` }))
  .filter((one) => checkRegistration(one).length === 0);
