/** Where the value of a setting comes from. */
export type Origin =
  | { readonly kind: 'built-in' }
  /** `called` is how it was spelled where it was given: under another name by the spellings of other tools. */
  | { readonly kind: 'flag' | 'env'; readonly name: string; readonly called: string }
  /** `place` is `file:line:column`, and the name of a file may be anything. */
  | { readonly kind: 'file'; readonly place: string };

/** An origin as `config show` prints it. */
export function originWords(origin: Origin): string {
  if (origin.kind === 'built-in') return 'built-in';
  return origin.kind === 'file' ? origin.place : `${origin.kind} ${origin.name}`;
}
