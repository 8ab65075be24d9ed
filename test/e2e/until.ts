/** Many times what is needed, for machines that do other things meanwhile. */
const deadlineMs = 60_000;

/** Looks again and again until there is something; what is waited for is named when it never comes. */
export async function until<T>(what: string, look: () => T | null): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = look();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await pause(10);
  }
}

/** Lets time pass: for showing that something does not happen, never for waiting until something has happened. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
