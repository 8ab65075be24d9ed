import type { Config } from '../../core/config/config.ts';
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts';
import { visible } from '../../core/text/visible.ts';
import type { DeployedBundle } from '../../host/bundle/deploy-bundle.ts';
import { createMachine } from '../../host/machine.ts';
import { complain } from '../terminal/complain.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { withProgress } from '../terminal/progress.ts';
import { platformOf } from './list.ts';

/** `store import FILE|DIR|-`: verifies a bundle, then deploys it as a whole. */
export async function storeImport(
  context: Context,
  config: Config,
  given: readonly string[],
): Promise<ExitCode> {
  const [word = '-', ...more] = given;
  if (more.length > 0) {
    context.err('binfmt-keeper: store import: expected one bundle\n');
    return exitCodes.usage;
  }
  const from = word === '/dev/stdin' ? '-' : word;
  const machine = await createMachine();
  const { store, label, bundleKey } = config.interpreters;
  const reached = await machine.reach(store, 2000);
  if (!reached.ok) {
    complain(context, 'hung-path', reached.message);
    return exitCodes.failed;
  }
  const dryRun = context.flags['dry-run'] === true;
  const into = { store, label, dryRun, publicKey: bundleKey, machine: machine.hostArchitecture().machine };
  const done = await withProgress(context, () => 'verifying the bundle', machine.deployBundle(from, into));
  if (!done.ok) return refuse(context, done, store);
  const { bundle, deployed, present, signed } = done;
  const interpreters = bundle.interpreters.map(({ path, sha256, size, interpreter }) => ({
    ...{ name: path.slice(path.lastIndexOf('/') + 1), target: interpreter?.target ?? '' },
    ...{ version: interpreter?.version ?? null, sha256, size },
  }));
  const data = { store, dryRun, signed, writtenBy: bundle.manifest.keeper, interpreters, deployed, present };
  context.out(render(data, context.format, () => importText(context, interpreters, done, dryRun)));
  return exitCodes.ok;
}

function refuse(context: Context, { code, faults }: DeployedBundle & { ok: false }, store: string): ExitCode {
  const shown = [...faults.slice(0, 5), ...(faults.length > 5 ? [`and ${faults.length - 5} more`] : [])];
  const known = translations[code] ?? code;
  complain(context, known as Parameters<typeof complain>[1], shown.join('; '));
  if (context.format !== 'table') context.out(render({ store, code, faults }, context.format, () => ''));
  return exitCodes.failed;
}

/** What the store says, in the words of the catalogue of problems. */
const translations: Readonly<Record<string, string>> = {
  'store-untrusted': 'interpreter-untrusted',
  'store-noexec': 'interpreter-noexec',
  'store-source': 'bundle-invalid',
  'store-failed': 'preparation-failed',
};

function importText(
  { here }: Context,
  interpreters: readonly {
    readonly name: string;
    readonly target: string;
    readonly version: string | null;
  }[],
  { present, signed }: DeployedBundle & { ok: true },
  dryRun: boolean,
): string {
  const rows = interpreters.map(({ name, target, version }) => {
    const was = present.some((path) => path.endsWith(`/${name}`)) ? ', was there already' : '';
    return `${platformOf(target)}: ${name} ${visible(version ?? 'of unknown version')}${was}`;
  });
  const proved = signed
    ? 'verified, signed by the configured key'
    : 'verified by its own checksums, no signature asked for';
  const end = dryRun
    ? `The bundle is in order (${proved}). Nothing was changed.`
    : `Deployed (${proved}). To register: ${here.command} install`;
  return `${[...rows, end].join('\n')}\n`;
}
