import type { Config } from '../../core/config/config.ts';
import type { HttpAddress } from '../../core/config/http-address.ts';
import { missingPart } from '../../core/missing-part.ts';
import type { HttpAnswer, HttpRequest } from '../../core/wire/http-answer.ts';
import type { HttpListening } from '../../host/net/facet.ts';
import type { HttpFollowed } from '../../host/net/http-connection.ts';
import type { HttpListener } from '../../host/net/http-server.ts';

/** The one address at which HTTP is answered. */
export interface Door {
  /** Closes what is open unless it is what is wanted, and opens what is wanted; why it could not, or null. */
  move(wanted: Config['http'], address: HttpAddress | null): Promise<DoorFault | null>;
  /** What is open, and as what. */
  open(): Open | null;
}

/** Why it does not listen: nobody answers, or somebody else does. */
export interface DoorFault {
  readonly code: 'http-unavailable' | 'http-taken';
  readonly why: string;
}

/** What a door leads to. */
interface DoorParts {
  readonly machine: HttpListening;
  readonly serve: (request: HttpRequest, address: HttpAddress) => Promise<HttpAnswer | HttpFollowed>;
  readonly opened: (at: string) => void;
  /** Lets those go who stay connected: the address is left, or shows something else. */
  readonly dismiss: () => void;
}

interface Open {
  readonly listener: HttpListener;
  readonly as: Config['http'];
}

/** Nothing is open yet. */
export function createDoor({ machine, serve, opened, dismiss }: DoorParts): Door {
  let open: Open | null = null;

  /** Closes what is open, unless it is what is wanted. */
  const keep = async (wanted: Config['http'], address: HttpAddress | null): Promise<void> => {
    if (open === null) return;
    const { listener, as } = open;
    if (address !== null && sameDoor(as, wanted) && (await listener.inPlace())) {
      if (as.ui !== wanted.ui) dismiss();
      open = { listener, as: wanted };
      return;
    }
    open = null;
    dismiss();
    await listener.close();
  };

  const listen = async (wanted: Config['http'], address: HttpAddress): Promise<DoorFault | null> => {
    const outcome = await machine
      .listenHttp(address, wanted, (request) => serve(request, address))
      // Its module is read only now, and may be gone with the package that was replaced, or unreadable for a while.
      .catch((error: unknown) => ({
        ok: false as const,
        code: 'EIO',
        message: missingPart(error) ?? String(error),
      }));
    if (!outcome.ok) {
      const code = outcome.code === 'EADDRINUSE' ? 'http-taken' : 'http-unavailable';
      return { code, why: outcome.message };
    }
    open = { listener: outcome.listener, as: wanted };
    opened(outcome.listener.at);
    return null;
  };

  return {
    async move(wanted, address) {
      await keep(wanted, address);
      return open === null && address !== null ? listen(wanted, address) : null;
    },
    open: () => open,
  };
}

/** What is shown behind it can change while it stays open. */
function sameDoor(a: Config['http'], b: Config['http']): boolean {
  return a.listen === b.listen && a.mode === b.mode && a.owner === b.owner;
}
