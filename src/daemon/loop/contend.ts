import type { Instance } from '../../host/instance/instance.ts';

/**
 * Goes for the lock of older versions until it is ours: from then on none of them can start beside us. They ask four
 * times a second and so would be late, as a rule; by flock(1) each try is a child. `contested` is who holds it, null
 * where nobody does. Ends by the function that it returns.
 */
export function contend(
  instance: Pick<Instance, 'lock'>,
  contested: string | null,
  cheap: boolean,
  problem: (detail: string | null) => void,
): () => void {
  if (contested === null) return () => {};
  problem(`held by ${contested}`);
  const timer = setInterval(
    () => {
      const taken = instance.lock();
      if (!taken.ok || !taken.alone) return;
      clearInterval(timer);
      problem(null);
    },
    cheap ? 20 : 1000,
  );
  return () => clearInterval(timer);
}
