/** A file of a release, and the name under which an installer places it. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** Reads `k3s-arm64=k3s`, or says what is wrong with it. */
export function renameOf(given: string): Rename | string {
  const equals = given.indexOf('=');
  const from = given.slice(0, equals).replace(/^(\.\/)+/, '');
  const to = given.slice(equals + 1);
  if (equals <= 0 || to === '') return `expected OLD=NEW, as k3s-arm64=k3s, got ${JSON.stringify(given)}`;
  return { from, to };
}

/** That of a file, by its path below what was given or by its last name. */
export function renameFor(renames: readonly Rename[], name: string): Rename | null {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return renames.find(({ from }) => from === name || from === base) ?? null;
}

/** Names that two files would be placed under, so that only one of them stays. */
export function doublePlaces(renames: readonly Rename[]): readonly string[] {
  const places = renames.map(({ to }) => to);
  return [...new Set(places.filter((place, at) => places.indexOf(place) !== at))];
}
