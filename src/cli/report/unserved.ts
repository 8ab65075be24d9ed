import type { Report } from '../../core/report/report.ts';
import type { UnservedProgram } from '../../core/report/unserved.ts';
import { visible } from '../../core/text/visible.ts';
import { wrap } from '../terminal/wrap.ts';
import { roughly } from './roughly.ts';

/** Programs that could not run, as the last resort told of them: those of last, the newest first. */
export function unservedLines({ unserved }: Report, width: number, now: number): readonly string[] {
  if (unserved === undefined) return [];
  const { listening, recent, counts } = unserved;
  const deaf = listening ? [] : ['programs that could not run are not heard of: see docs/last-resort.md'];
  if (recent.length === 0) return deaf;
  const total = counts.reduce((sum, one) => sum + one.count, 0);
  const head = `programs that could not run: ${total} since start${recent.length > shown ? `, the last ${shown} kinds` : ''}`;
  const lines = recent.slice(-shown).reverse();
  return [
    ...deaf,
    ...[head, ...lines.map((one) => lineOf(one, now))].flatMap((one) => wrap(one, width, '', '    ')),
  ];
}

const shown = 5;

function lineOf(
  { at, platform, cause, path, count, container, pod, unit }: UnservedProgram,
  now: number,
): string {
  const where = [
    ...(container === null ? [] : [`container ${visible(container).slice(0, 12)}`]),
    ...(pod === null ? [] : [`pod ${visible(pod)}`]),
    ...(container === null && pod === null && unit !== null ? [visible(unit)] : []),
  ];
  const why = cause === 'none' ? 'nobody serves it' : 'its handler was gone';
  const what = platform === '' ? 'an unknown platform' : platform;
  const times = count === 1 ? '' : ` ${count} times, last`;
  return `  ${visible(path)}: ${what}, ${why};${times} ${roughly(now - at)} ago${where.map((one) => `, ${one}`).join('')}`;
}
