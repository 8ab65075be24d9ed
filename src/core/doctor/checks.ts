import type { Check } from './facts/check.ts';
import { compilers } from './host/compilers.ts';
import { disabled } from './host/disabled.ts';
import { duplicates } from './host/duplicates.ts';
import { dynamic } from './host/dynamic.ts';
import { filter } from './host/filter.ts';
import { labels } from './host/labels.ts';
import { narrower } from './host/narrow.ts';
import { shutdown } from './host/shutdown.ts';
import { store } from './host/store.ts';
import { userNamespaces } from './host/user-namespaces.ts';
import { automount } from './kernel/automount.ts';
import { covered } from './kernel/covered.ts';
import { flags } from './kernel/flags.ts';
import { hostMount } from './kernel/host-mount.ts';
import { namespace } from './kernel/namespace.ts';
import { status } from './kernel/status.ts';
import { support } from './kernel/support.ts';
import { binfmtSupport } from './registrars/binfmt-support.ts';
import { places } from './registrars/places.ts';
import { rosetta } from './registrars/rosetta.ts';
import { systemd } from './registrars/systemd.ts';
import { tools } from './registrars/tools.ts';
import { reported } from './reported.ts';

/** All checks, in the order in which their findings are told beside each other. */
export const checks: readonly Check[] = [
  ...[support, flags, automount, hostMount, covered, status, namespace],
  reported,
  ...[disabled, duplicates, dynamic, rosetta, labels, store],
  ...[systemd, binfmtSupport, tools, places],
  ...[narrower, shutdown, filter, userNamespaces, compilers],
];
