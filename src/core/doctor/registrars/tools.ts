import type { OwnerKind } from '../../entries/entry-report.ts';
import { ownerNames } from '../../entries/owner-names.ts';
import type { Check } from '../facts/check.ts';

/** Tools whose entries are there, and what each does when it runs again. */
export const tools: Check = {
  id: 'tools',
  check: ({ report }) => {
    const entries = report?.entries ?? [];
    return [...new Set(entries.map(({ owner }) => owner.kind))].flatMap((kind) => {
      const next = habits[kind];
      if (next === undefined) return [];
      const names = entries.filter(({ owner }) => owner.kind === kind).map(({ name }) => name);
      const some =
        names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
      return [{ code: 'registrar-present' as const, subject: ownerNames[kind], detail: `${some}: ${next}` }];
    });
  },
};

const habits: Readonly<Partial<Record<OwnerKind, string>>> = {
  tonistiigi:
    'it replaces no entry of a name that exists, and deletes with --uninstall; docker/setup-qemu-action runs it, from version 4.1 on with reset: true, which deletes every qemu-* first',
  docker: 'Docker Desktop registers them again at each start of its machine',
  multiarch: 'its --reset deletes every qemu-*, whoever made it, and registers its own, old emulators',
  fex: 'FEX has one file for both FEX-x86 and FEX-x86_64, called FEXInterpreter or, newer, FEX; its build refuses beside qemu-i386 or box86',
  rosetta:
    'the tool that made this virtual machine registers it at each boot, some after they deleted qemu-x86_64',
  wsl: 'WSL registers it at each start; a distribution that stops wipes all entries of all distributions, unless boot.protectBinfmt guards status',
};
