import type { Problem } from '../../problems.ts';
import type { Check } from '../facts/check.ts';

/** Hosts that register, or wipe, by themselves, told by what lies there. */
export const places: Check = {
  id: 'places',
  check: ({ present, kernel, osRelease, report }) => {
    const found: Problem[] = [];
    const say = (subject: string, detail: string): void =>
      void found.push({ code: 'registrar-present', subject, detail });
    if (present.has('/kind'))
      say(
        'kind',
        'this is a node of kind, whose entries are those of the machine below it; a new node starts systemd-binfmt, which may delete them',
      );
    if (/minikube/i.test(osRelease) || present.has('/etc/minikube') || present.has('/var/lib/minikube'))
      say(
        'minikube',
        'this is a node of minikube, whose image (kicbase 0.0.49) damages entries of the machine below it when it starts (minikube#22600)',
      );
    if (
      kernel.release.endsWith('linuxkit') &&
      report?.entries.every(({ owner }) => owner.kind !== 'docker') === true
    )
      say('Docker Desktop', 'this is its machine, which registers its emulators at each start');
    if (
      /microsoft/i.test(kernel.release) &&
      report?.entries.every(({ owner }) => owner.kind !== 'wsl') === true
    )
      say(
        'WSL',
        'its entry WSLInterop is not there: Windows programs do not start; it comes with wsl --shutdown and a new start',
      );
    for (const [path, name] of [
      ['/usr/bin/box64', 'box64'],
      ['/usr/local/bin/box64', 'box64'],
    ] as const)
      if (present.has(path))
        say(
          name,
          `${path} registers for amd64 with systemd-binfmt or binfmt-support, without F: in containers its programs end with ENOENT`,
        );
    return found;
  },
};
