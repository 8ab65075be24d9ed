import type { Check } from '../facts/check.ts';

/** binfmt-support, which registers what packages import. */
export const binfmtSupport: Check = {
  id: 'binfmt-support',
  check: ({ present }) =>
    present.has('/usr/sbin/update-binfmts')
      ? [
          {
            code: 'registrar-present',
            subject: 'binfmt-support',
            detail:
              'at boot, and when packages are installed, it registers the formats of /usr/share/binfmts; entries of others it leaves alone',
          },
        ]
      : [],
};
