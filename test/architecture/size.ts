import ts from 'typescript';

/** Something too long, and by how many lines. */
export interface Long {
  readonly what: string;
  readonly lines: number;
}

const longestFile = 250;
const longestFunction = 60;

/** A file that is too long to be read as one thing; null where it is not. */
export function longFile(file: string, text: string): Long | null {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > longestFile ? { what: file, lines } : null;
}

/** The functions in a file, from their first to their last line, that do more than one thing for sure. */
export function longFunctions(file: string, text: string): readonly Long[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Long[] = [];
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = lineAt(node.end) - lineAt(node.getStart(source)) + 1;
      if (lines > longestFunction) found.push({ what: `${file} ${nameOf(node)}`, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  const named = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent);
  return named ? parent.name.getText() : '(without a name)';
}
