/**
 * The name that systemd gives to the mount unit of a path (systemd.unit(5), "String escaping for inclusion in unit
 * names"), because a unit of another name is not taken for that mount. The path is a byte string.
 */
export function mountUnitName(path: string): string {
  const trimmed = path.replaceAll(/\/+/g, '/').replaceAll(/^\/|\/$/g, '');
  if (trimmed === '') return '-.mount';
  const escaped = [...trimmed].map((c, i) => (c === '/' ? '-' : isPlain(c, i) ? c : hex(c))).join('');
  return `${escaped}.mount`;
}

/** A leading dot would make a hidden file. */
function isPlain(c: string, index: number): boolean {
  return /[a-zA-Z0-9:_.]/.test(c) && !(c === '.' && index === 0);
}

function hex(c: string): string {
  return `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
