/** `major` and `minor` of a device number as stat(2) gives it, to compare it with what the mount table says (makedev(3)). */
export function deviceOf(dev: number): { readonly major: number; readonly minor: number } {
  const number = BigInt(dev);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return { major: Number(major), minor: Number(minor) };
}
