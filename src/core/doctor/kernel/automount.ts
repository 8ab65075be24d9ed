import type { Check } from '../facts/check.ts';

/** Whether systemd's automount still waits for somebody to look. */
export const automount: Check = {
  id: 'automount',
  check: ({ mounts, main }) => {
    const top = mounts.findLast(({ mountPoint }) => mountPoint === main);
    return top?.type === 'autofs'
      ? [
          {
            code: 'automount-untriggered',
            subject: main,
            detail: 'systemd waits there (autofs), and binfmt_misc is not mounted',
          },
        ]
      : [];
  },
};
