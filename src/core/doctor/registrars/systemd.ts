import type { Check } from '../facts/check.ts';

/** systemd-binfmt, which deletes every entry when it starts and stops. */
export const systemd: Check = {
  id: 'systemd',
  check: ({ systemdBinfmt, report }) => {
    if (systemdBinfmt === null || systemdBinfmt.load !== 'loaded' || systemdBinfmt.enabled === 'masked')
      return [];
    const next =
      systemdBinfmt.active === 'active'
        ? 'at the next stop, restart or boot it deletes all entries and registers those of binfmt.d alone'
        : 'at the next boot, if it has a file in binfmt.d, and whenever a package restarts it, it deletes all entries first';
    const watched = report?.daemon !== null && report?.daemon !== undefined;
    const detail = `it is ${systemdBinfmt.active}: ${next}`;
    return [
      {
        code: watched ? 'registrar-present' : 'registrar-flushes',
        subject: 'systemd-binfmt.service',
        detail: watched ? `${detail}; the keeper that runs brings the others back` : detail,
      },
    ];
  },
};
