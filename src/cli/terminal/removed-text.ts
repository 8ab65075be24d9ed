import type { PurgedFiles } from '../../core/wire/control.ts';

/** What `uninstall` did, for people. */
export function removedText(
  removed: readonly string[],
  failed: readonly string[],
  purged?: PurgedFiles,
): string {
  const lines = [
    ...removed.map((n) => `removed ${n}`),
    ...failed.map((n) => `could not remove ${n}`),
    ...(purged === undefined ? [] : filesText(purged)),
  ];
  return lines.length === 0 ? 'nothing of ours is registered\n' : `${lines.join('\n')}\n`;
}

function filesText({ removed, bytes, left, faults }: PurgedFiles): readonly string[] {
  const files = removed.filter((path) => path.startsWith('/'));
  const rest = removed.filter((path) => !path.startsWith('/'));
  return [
    ...rest.map((what) => `removed ${what}`),
    ...(files.length === 0
      ? []
      : [`removed ${files.length} files and directories, ${(bytes / 1e6).toFixed(1)} MB`]),
    ...left.map((path) => `left ${path}: it is not ours`),
    ...faults.map((why) => `could not ${why}`),
  ];
}
