import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import type { DropInRequest } from '../../core/drop-in/drop-in.ts';
import { isMeant } from '../../core/drop-in/removal.ts';
import { nameHolder } from '../../daemon/loop/report-file.ts';
import type { Machine } from '../../host/machine.ts';
import { registerOnce } from '../../keeper/once/register.ts';
import type { Held } from '../../keeper/once.ts';
import { sentence } from './tell.ts';
import { oneLine, say } from './words.ts';

/** What is registered where no daemon can be asked. */
interface HereInstall {
  readonly machine: Machine;
  readonly held: Held;
  readonly config: Config;
  readonly request: DropInRequest;
}

/** What became of it, in sentences where it failed; the names that are ours now, and the platforms that ran. */
interface Installed {
  readonly failures: readonly string[];
  readonly names: ReadonlySet<string>;
  readonly ran: ReadonlySet<string>;
  readonly proof: string | null;
}

/** Registers under names that scripts expect, and says what comes of each platform. */
export async function registerHere({ machine, held, config, request }: HereInstall): Promise<Installed> {
  const { install, remove } = request;
  const hold = await held.hold();
  const { other } = hold;
  if (other !== null) {
    const holder = await nameHolder(machine, runDirectory(config), other.older);
    say(`another keeper serves this instance and does not answer (${holder}); registering beside it`);
  } else if (!hold.may) {
    const { code, detail } = hold;
    return {
      failures: [oneLine({ code, subject: 'binfmt_misc', detail })],
      names: new Set(),
      ran: new Set(),
      proof: null,
    };
  }
  const everything = install === 'platforms' || install === 'everything';
  const { store } = config.interpreters;
  const registered = await registerOnce({
    machine,
    opened: held.opened,
    config,
    policy: {
      missing: everything ? 'told' : 'failure',
      replace: (name) => isMeant(remove, name),
      beside: other !== null,
      patience: { tries: 4, pauseMs: 30 },
    },
    tell(event) {
      // Of everything that there is, nobody asked for what the host runs by itself.
      if (event.kind === 'left-out' && config.platforms === 'all') return;
      say(sentence(event, store));
    },
  });
  return { ...registered, failures: registered.failures.map((failure) => sentence(failure, store)) };
}
