/** Whether a QEMU version such as `7.2.22` comes before another; a release candidate (`10.1.0-rc2`) counts as its release. */
export function isOlder(a: string, b: string): boolean {
  const [first, second] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(first.length, second.length); i += 1) {
    const difference = (first[i] ?? 0) - (second[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbers(version: string): number[] {
  return (/^[0-9.]+/.exec(version)?.[0] ?? '').split('.').map(Number);
}
