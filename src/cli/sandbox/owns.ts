/** Whether this process was started for an instance of its own, by us or by whoever set the variable. */
export function owns(): boolean {
  return process.env.BINFMT_KEEPER_SANDBOX === '1';
}
