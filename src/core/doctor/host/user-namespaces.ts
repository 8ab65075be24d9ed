import type { Check } from '../facts/check.ts';

/** What keeps ordinary users from user namespaces. */
export const userNamespaces: Check = {
  id: 'user-namespaces',
  check: ({ sysctls }) =>
    rules
      .filter(({ name, forbids }) => sysctls[name] === forbids)
      .map(({ name, forbids, why }) => ({
        code: 'user-namespaces-restricted',
        subject: name,
        detail: `it is ${forbids}: ${why}`,
      })),
};

const rules = [
  {
    name: 'kernel.apparmor_restrict_unprivileged_userns',
    forbids: '1',
    why: 'AppArmor takes all capabilities in a user namespace from programs without a profile that allows them',
  },
  { name: 'kernel.unprivileged_userns_clone', forbids: '0', why: 'only root makes user namespaces' },
  { name: 'user.max_user_namespaces', forbids: '0', why: 'nobody makes user namespaces' },
] as const;
