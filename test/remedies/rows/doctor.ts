import { advice, type Rows, untried } from '../row.ts';

/** What only `doctor` and `ps` tell. */
export const rows: Rows = {
  'kernel-lacks-flag': advice('another kernel has to be booted'),
  'automount-untriggered': untried('needs the automount of systemd'),
  'no-host-mount': untried('is told of the initial user namespace alone'),
  'status-guarded': advice('nothing is to be done, or it has to be looked at'),
  'private-instance': advice('nothing is to be done where it is meant'),
  'registrar-flushes': untried('needs systemd'),
  'registrar-present': advice('nothing is to be done while one works at a time'),
  'rosetta-auxv': untried("needs a machine of Apple's"),
  'entry-interpreter-dynamic': advice('installs a package'),
  'label-denied': untried('needs SELinux'),
  'native-narrow': advice('nothing is to be done where an emulator serves them'),
  'shutdown-held': untried('needs an entry on a file system of its own and a shutdown'),
  filtered: advice('the container is started anew with another filter'),
  'user-namespaces-restricted': untried('needs a kernel with such a setting'),
  'compilers-emulated': advice('whoever compiles decides where'),
};
