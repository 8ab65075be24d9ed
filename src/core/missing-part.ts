/**
 * What to say where a part of the program cannot be loaded any more, because an upgrade has replaced it under the daemon;
 * null for any other error. Parts have names made of their content, so that one of another version is never taken.
 */
export function missingPart(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ERR_MODULE_NOT_FOUND'
    ? 'restart-needed: parts of the program were replaced or removed under the daemon; restart it'
    : null;
}
