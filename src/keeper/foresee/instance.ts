import type { Instance } from '../../host/instance/instance.ts';

/** Stands for an instance that cannot be seen: as far as can be known it is empty, and nothing can be done to it. */
export function unseenInstance(now: () => number): Instance {
  const refused = { ok: false, code: 'ENOENT', message: 'the instance cannot be seen' } as const;
  return {
    root: { dev: 0, ino: 0, ctimeMs: 0 },
    path: '',
    now,
    enabled: () => true,
    names: () => [],
    isEmpty: () => true,
    read: () => null,
    glance: () => null,
    register: () => refused,
    batch: (work) => work(),
    change: () => refused,
    enable: () => refused,
    lock: () => refused,
    stay() {},
    unlock() {},
    close() {},
  };
}
