import type { Config } from '../../core/config/config.ts';
import { type HttpAddress, readHttpAddress } from '../../core/config/http-address.ts';

/** What a unit's sandbox leaves open for `http.listen`, because anything more would be open to everybody in the service. */
export interface NetworkNeeds {
  /** Lines of the unit. */
  readonly lines: readonly string[];
  readonly capabilities: readonly string[];
  /** Groups of system calls in addition to those of a service. */
  readonly systemCalls: readonly string[];
  /** Directory that the socket is made in; null where there is none. */
  readonly directory: string | null;
}

/** Of no network at all where nothing listens on it; of loopback alone where the address is one of loopback. */
export function networkNeeds({ http }: Config): NetworkNeeds {
  const read = readHttpAddress(http.listen);
  const address = read.ok ? read.address : null;
  const chown = address?.kind === 'unix' && http.owner !== '';
  return {
    lines: address?.kind === 'tcp' ? networkOf(address) : noNetwork,
    capabilities: [
      ...(chown ? ['CAP_CHOWN'] : []),
      ...(address?.kind === 'tcp' && address.port > 0 && address.port < 1024 ? ['CAP_NET_BIND_SERVICE'] : []),
    ],
    systemCalls: chown ? ['@chown'] : [],
    directory: address?.kind === 'unix' ? address.path.slice(0, address.path.lastIndexOf('/')) || '/' : null,
  };
}

const noNetwork = ['PrivateNetwork=yes', 'RestrictAddressFamilies=AF_UNIX', 'IPAddressDeny=any'];

function networkOf({ loopback }: Extract<HttpAddress, { kind: 'tcp' }>): readonly string[] {
  // Both families, so that the configuration file may change from one to the other.
  const families = 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6';
  // Who may ask from elsewhere is for the administrator to say: the service does not know the network.
  return loopback ? [families, 'IPAddressDeny=any', 'IPAddressAllow=localhost'] : [families];
}
