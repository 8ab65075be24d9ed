/**
 * The line that removes an entry where no program can be started any more: `echo` and `printf` are builtins of dash,
 * bash, zsh, ksh93 and BusyBox, and what a name holds (any byte but slash and NUL) means itself in all of them. Directory
 * and name are byte strings; the line is printable ASCII, so that it survives logs, browsers and terminals.
 */
export function rescueLine(directory: string, name: string): string {
  const path = `${directory}/${name}`;
  if (/^[\w./+,:@-]+$/.test(path)) return `echo -1 >${path}`;
  if (/^[ -~]+$/.test(path)) return `echo -1 >'${path.replaceAll("'", "'\\''")}'`;
  const format = path.replace(/[^\w./+,:@-]/g, (char) => (char === '%' ? '%%' : octal(char)));
  if (!path.endsWith('\n')) return `echo -1 >"$(printf '${format}')"`;
  // A substitution loses the line breaks at its end.
  return `f=$(printf '${format}.'); echo -1 >"\${f%.}"`;
}

/** One byte as `printf` takes it. */
export function octal(char: string): string {
  return `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
