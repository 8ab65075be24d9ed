/**
 * What follows `explain --gate` is another program's command line, options included; `--` says so to whoever reads ours.
 */
export function gateLine(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--gate') + 1;
  const dashes = argv.indexOf('--');
  if (argv[0] !== 'explain' || at === 0 || argv[at] === '--' || (dashes >= 0 && dashes < at)) return argv;
  return [...argv.slice(0, at), '--', ...argv.slice(at)];
}
