import type { Check } from '../facts/check.ts';

/** Whether this is a user namespace other than the host's, and whose entries count in it. */
export const namespace: Check = {
  id: 'namespace',
  check: ({ initialUser, mounts, main, mainOwner, refusal }) => {
    if (initialUser) return [];
    const own = mounts.some(({ type }) => type === 'binfmt_misc');
    if (!own)
      return refusal?.code === 'foreign-namespace'
        ? []
        : [
            {
              code: 'foreign-namespace',
              subject: '',
              detail: `no binfmt_misc is mounted at ${main} in this user namespace: the entries of the host count, and cannot be seen`,
            },
          ];
    // The host's root has no number here, so its files belong to nobody (overflowuid).
    const detail =
      mainOwner === 65534
        ? 'what is mounted there was inherited from the host: its entries count here, and only the host changes them'
        : 'what is mounted there is an instance of its own, unless the host gave its root to this namespace: entries of the host do not count';
    return [{ code: 'private-instance', subject: main, detail }];
  },
};
