import { CST, Lexer } from 'yaml';

/** Something wrong at an offset of the text. */
export interface TextFault {
  readonly at: number;
  readonly why: string;
}

const deepest = 20;
const widest = 200;
const mostTokens = 100_000;

/**
 * Finds what a configuration never needs before the parser sees it. The parser recurses, so brackets in brackets
 * exhaust its stack, and it took 3 s to say so of 1 MiB (yaml 2.9.1); the lexer is linear and stops when we do.
 */
export function refuseTokens(text: string): TextFault[] {
  const faults: TextFault[] = [];
  let at = 0;
  let tokens = 0;
  let depth = 0;
  let dashes = 0;
  let before: string | null = 'newline';
  let literal = false;
  for (const lexeme of new Lexer().lex(text)) {
    const type: string | null = literal ? 'text' : CST.tokenType(lexeme);
    // A marker of the lexer, not text: what follows is a scalar's own text, whatever it looks like.
    literal = type === 'scalar';
    if (literal || type === 'doc-mode') continue;
    const fault = (why: string) => faults.push({ at, why });
    if (type === 'flow-error-end') {
      depth = 0;
      continue;
    }
    if (type === 'flow-seq-start' || type === 'flow-map-start') depth++;
    if (type === 'flow-seq-end' || type === 'flow-map-end') depth--;
    dashes = type === 'newline' ? 0 : dashes + (type === 'seq-item-ind' ? 1 : 0);
    const indent = type === 'space' && before === 'newline' ? lexeme.length : 0;
    const why = refusals[String(type)];
    if (why !== undefined) fault(why);
    // Inside brackets any run of colons nests one level each.
    if (type === 'map-value-ind' && (before === 'newline' || before === type)) fault('a key is missing');
    if (depth > deepest || dashes > deepest || indent > widest) {
      fault('nested too deeply');
      return faults;
    }
    if (++tokens > mostTokens) {
      fault('too long for a configuration');
      return faults;
    }
    if (faults.length > deepest) return faults;
    if (type !== 'space') before = type;
    at += lexeme.length;
  }
  return faults;
}

const refusals: Readonly<Record<string, string>> = {
  alias: 'aliases (*name) are not allowed; write the value out',
  anchor: 'anchors (&name) are not allowed',
  tag: 'tags (!name) are not allowed',
  'directive-line': 'directives (%NAME) are not allowed',
  'explicit-key-ind': 'keys must be plain words',
};
