import { styleText } from 'node:util';

/** Paints text for a stream, or leaves it alone where colours are not wanted there. */
export interface Style {
  readonly good: (text: string) => string;
  readonly middling: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** The style of a stream by what the environment asks for: FORCE_COLOR before NO_COLOR before TERM, as Node has it. */
export function styleFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Style {
  return wantsColour(isTerminal, env) ? colours : plain;
}

/** No colours: for files, pipes and terminals that cannot. */
export const plain: Style = {
  good: same,
  middling: same,
  bad: same,
  strong: same,
  faint: same,
};

const colours: Style = {
  good: painter('green'),
  middling: painter('yellow'),
  bad: painter('red'),
  strong: painter('bold'),
  faint: painter('dim'),
};

function wantsColour(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** The stream was judged above; styleText would judge stdout by itself. */
function painter(colour: 'green' | 'yellow' | 'red' | 'bold' | 'dim'): (text: string) => string {
  return (text) => (text === '' ? '' : styleText(colour, text, { validateStream: false }));
}

function same(text: string): string {
  return text;
}
