import type { ParsedConfig } from '../../core/config/config.ts';
import { fatalCodes } from '../../core/entries/ailment.ts';
import type { ReportedProblem } from '../../core/report/report.ts';
import { reportedProblems } from '../../core/report/report.ts';
import { visible } from '../../core/text/visible.ts';
import { createMachine } from '../../host/machine.ts';
import { foresee } from '../../keeper/foresee/foresee.ts';
import { inSight } from '../line/host-places.ts';
import { configFile, loadSources } from '../line/load-config.ts';
import type { Context } from '../terminal/context.ts';
import { render } from '../terminal/print.ts';
import { problemLines } from '../terminal/problem-text.ts';
import { withProgress } from '../terminal/progress.ts';
import { wrap } from '../terminal/wrap.ts';
import type { Printed } from './config.ts';

/** Where the configuration came from. */
export interface Checked {
  /** The default file is not there. */
  readonly fileless: boolean;
  readonly name: string;
  readonly text: string;
}

/** `config check`. A file that was named is going to be put somewhere else, so it may lie where a start would not obey it. */
export async function checkConfig(context: Context): Promise<Printed> {
  const { flags, env } = context;
  const whose = typeof flags.config === 'string' || flags.offline === true ? 'any' : 'trusted';
  const { parsed, ...file } = await loadSources(flags, env, whose);
  return configCheck(context, inSight(parsed), { ...file, name: configFile(flags, env) });
}

/**
 * The same of what was read: a line for each fault of the text; where there is none, what a start with it would tell on
 * this host, and what of the host could not be seen. Nothing is changed for that.
 */
export async function configCheck(context: Context, parsed: ParsedConfig, file: Checked): Promise<Printed> {
  if (!parsed.ok) return (await import('./config.ts')).refused(parsed.errors);
  const offline = context.flags.offline === true;
  const { problems, unseen } = offline
    ? { problems: [], unseen: [] }
    : await withProgress(context, () => 'looking at this host', look(parsed, context, file));
  const dead = offline ? [] : deadHandlers(problems, parsed);
  const data = { file: file.fileless ? null : file.name, problems, unseen };
  const stdout = render(data, context.format, () =>
    [textLine(parsed, file), ...hostLines({ problems, unseen, dead }, context)].join('\n').concat('\n'),
  );
  const fails = dead.length > 0 || problems.some((p) => p.severity === 'error');
  return { stdout, stderr: '', exitCode: fails ? 1 : 0 };
}

/** Own handlers that would be registered, or not even that, and run nothing. */
function deadHandlers(
  problems: readonly PlacedProblem[],
  { config }: Extract<ParsedConfig, { ok: true }>,
): readonly string[] {
  const fatal = new Set(problems.flatMap((p) => (fatalCodes.has(p.code) ? p.subject : [])));
  return config.handlers.flatMap(({ name }) => (fatal.has(name) ? visible(name) : []));
}

/** What is told of the host. */
interface Told {
  readonly problems: readonly PlacedProblem[];
  readonly unseen: readonly string[];
  readonly dead: readonly string[];
}

/** A problem with its place in what was written. */
type PlacedProblem = ReportedProblem & { readonly place: string | null };

async function look(
  { config, origins }: Extract<ParsedConfig, { ok: true }>,
  { here }: Context,
  file: Checked,
): Promise<{ readonly problems: readonly PlacedProblem[]; readonly unseen: readonly string[] }> {
  const { problems, unseen } = await foresee(await createMachine(), config);
  const { placesIn } = await import('../../core/config/places.ts');
  const placeOf = placesIn(file, config, origins);
  const told = reportedProblems(problems, here).map((p) => ({ ...p, place: placeOf(p) }));
  return { problems: told, unseen };
}

function textLine({ origins }: Extract<ParsedConfig, { ok: true }>, { fileless, name }: Checked): string {
  if (!fileless) return `${visible(name)}: valid`;
  const changed = [...origins.values()].some((origin) => origin.kind !== 'built-in');
  const rest = changed ? ', changed by flags or environment' : '';
  return `there is no ${visible(name)}: the built-in configuration is used${rest}`;
}

function hostLines(told: Told, { columns, style, here, flags }: Context): readonly string[] {
  const { problems, unseen } = told;
  if (flags.offline === true) return [];
  const width = columns ?? Number.POSITIVE_INFINITY;
  const codes = [...new Set(problems.map((p) => p.code))];
  const blocks = codes.map((code) => {
    const same = problems.filter((p) => p.code === code).map(placed);
    return problemLines(same, { columns, style, here });
  });
  const blind = unseen.flatMap((what) => wrap(`not seen: ${visible(what)}`, width, '', '  '));
  return [...blocks, ...(blind.length > 0 ? [blind] : []), [conclusion(told)]].flatMap((block) => [
    '',
    ...block,
  ]);
}

function placed({ place, ...problem }: PlacedProblem): ReportedProblem {
  return place === null ? problem : { ...problem, subject: `${place}: ${problem.subject}` };
}

function conclusion({ problems, unseen, dead }: Told): string {
  const counts = (['error', 'warning', 'notice'] as const).flatMap((severity) => {
    const count = problems.filter((p) => p.severity === severity).length;
    return count === 0 ? [] : `${count} ${severity}${count === 1 ? '' : 's'}`;
  });
  return [
    `a start here would tell of ${counts.length === 0 ? 'no problem' : counts.join(', ')}`,
    ...(unseen.length > 0 ? ['as far as could be seen'] : []),
    ...(dead.length > 0 ? [`and these handlers would run nothing: ${dead.join(', ')}`] : []),
  ].join(', ');
}
