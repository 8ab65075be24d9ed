import type { Config } from '../../core/config/config.ts';
import type { HttpAddress } from '../../core/config/http-address.ts';
import type { DoorFault } from './door.ts';

/** What stands on the board about the address of HTTP. */
export interface AddressProblems {
  /** Says how things stand; what was said of an address that is not wished for any more is taken back. */
  say(wish: Config['http'], address: HttpAddress | null, fault: DoorFault | null): void;
}

/** Which problem stands, about which address. */
type Told = Pick<DoorFault, 'code'> & { readonly listen: string };

/** Nothing was said yet; `problem` raises one about an address, or takes it back. */
export function createAddressProblems(
  problem: (code: DoorFault['code'] | 'http-exposed', listen: string, detail: string | null) => void,
): AddressProblems {
  let told: Told | null = null;
  let exposed: string | null = null;
  return {
    say({ listen, ui }, address, fault) {
      if (told !== null && (told.code !== fault?.code || told.listen !== listen))
        problem(told.code, told.listen, null);
      told = fault === null ? null : { code: fault.code, listen };
      if (fault !== null) problem(fault.code, listen, fault.why);
      if (exposed !== null && exposed !== listen) problem('http-exposed', exposed, null);
      exposed = address?.kind === 'tcp' && !address.loopback ? listen : null;
      if (exposed !== null) problem('http-exposed', listen, fault === null ? exposure(ui) : null);
    },
  };
}

function exposure(ui: Config['http']['ui']): string {
  return ui === 'always'
    ? 'whoever reaches this address sees page, status, metrics and probes'
    : 'whoever reaches this address sees metrics and probes';
}
