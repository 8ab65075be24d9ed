/** Why a bundle is refused; thrown where reading it cannot go on. */
export class BundleFault extends Error {
  override readonly name = 'BundleFault';
}
