/** What `uninstall` did, for people. */
export function removedText(removed: readonly string[], failed: readonly string[]): string {
  const lines = [...removed.map((n) => `removed ${n}`), ...failed.map((n) => `could not remove ${n}`)];
  return lines.length === 0 ? 'nothing of ours is registered\n' : `${lines.join('\n')}\n`;
}
