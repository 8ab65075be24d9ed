import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** One import of a source file, in whichever form. */
export interface Import {
  /** Path of the importing file from the project's directory. */
  readonly from: string;
  /** Path of the imported file from the project's directory, or the package's or Node module's name. */
  readonly to: string;
  /** `type` imports are gone at run time; `dynamic` ones happen when they are reached. */
  readonly kind: 'value' | 'type' | 'dynamic';
}

/** The project's directory. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Every file with code below a directory, from the project's directory; what a bench built is none of ours. */
export function sourcesBelow(directory: string): readonly string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.([cm]js|ts)$/.test(name))
    .map((name) => join(directory, name))
    .filter((file) => !file.startsWith('bench/results/'))
    .sort();
}

/** The imports of a file that exists. */
export function importsOf(file: string): readonly Import[] {
  return importsIn(file, readFileSync(join(root, file), 'utf8'));
}

/** The imports in a text, which stands in `file`. */
export function importsIn(file: string, text: string): readonly Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, kind: Import['kind']): void => {
    if (specifier === undefined) return;
    // A computed name could be anything, so that no rule could be held.
    const name = ts.isStringLiteralLike(specifier) ? specifier.text : '(computed)';
    found.push({ from: file, to: resolve(file, name), kind });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(
        node.moduleSpecifier,
        node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type' : 'value',
      );
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value');
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument, 'type');
    else if (ts.isCallExpression(node) && isLoader(node.expression)) add(node.arguments[0], 'dynamic');
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `import()`, `require()`, `process.getBuiltinModule()`. */
function isLoader(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(callee)) return callee.text === 'require';
  return ts.isPropertyAccessExpression(callee) && callee.name.text === 'getBuiltinModule';
}

function resolve(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return relative('.', join(dirname(file), specifier));
}
