import ts from 'typescript';

/** Something that a file does or reads, which its rule does not allow. */
export interface Effect {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

/** The process, its time and its chance, and what prints: names of the global scope that are no mere values. */
const ambient: ReadonlySet<string> = new Set([
  ...['process', 'performance', 'console', 'globalThis', 'global', 'fetch', 'crypto', 'Intl', 'navigator'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
  ...['clearTimeout', 'clearInterval', 'clearImmediate', 'require'],
]);

/** Of values that are pure else: what reads the clock, the dice or the place where somebody lives. */
const ambientMembers: ReadonlySet<string> = new Set([
  ...['Date.now', 'Math.random', 'AbortSignal.timeout', 'import.meta'],
]);

/** Members of any value that depend on where the process runs. */
const localized: ReadonlySet<string> = new Set([
  ...['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'toLocaleLowerCase', 'toLocaleUpperCase'],
  'localeCompare',
]);

/** What may be taken from Node where nothing may be read of the machine: functions of their arguments. */
const pureOfNode: ReadonlySet<string> = new Set(['isDeepStrictEqual', 'createHash']);

/** Packages of which a value may be made at import, but for the members that change the package. */
const makers: Readonly<Record<string, ReadonlySet<string>>> = { zod: new Set(['config', 'setErrorMap']) };

/** Everything that happens when a file is imported and is more than making a value of values. */
export function effectsAtImport(file: string, text: string): readonly Effect[] {
  const source = parse(file, text);
  const found = new Map<string, Effect>();
  const tell = (node: ts.Node, what: string): void => {
    const effect = at(source, node, what);
    found.set(`${effect.line} ${what}`, effect);
  };
  const imported = importedNames(source);
  const own = ownFunctions(source);
  const followed = new Set<ts.Node>();

  const follow = (callee: ts.Node): void => {
    if (followed.has(callee)) return;
    followed.add(callee);
    ts.forEachChild(callee, (child) => walk(child, true));
  };

  const call = (node: ts.CallExpression | ts.NewExpression): void => {
    const callee = bare(node.expression);
    if (ts.isFunctionLike(callee)) follow(callee);
    const root = rootOf(callee);
    if (root === null) return;
    const body = own.get(root.text);
    if (body !== undefined) follow(body);
    const from = imported.get(root.text);
    if (from === undefined || isCore(file, from)) return;
    if (!(from in makers) || makers[from]?.has(memberOf(callee)) === true)
      tell(node, `calls ${root.text} of ${from}`);
  };

  /** `called`: in a function that is called, where it may change what is its own. */
  const walk = (node: ts.Node, called: boolean): void => {
    if (ts.isTypeNode(node) || ts.isTypeOnlyImportOrExportDeclaration(node)) return;
    if (ts.isFunctionLike(node)) {
      // One that is handed to a call may be called by it.
      if (ts.isCallExpression(node.parent) || ts.isNewExpression(node.parent)) follow(node);
      return;
    }
    if (ts.isAwaitExpression(node)) tell(node, 'waits');
    if (!called && (isChange(node) || ts.isDeleteExpression(node))) tell(node, 'changes something');
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) call(node);
    const name = ambientName(node);
    if (name !== null) tell(node, `uses ${name}`);
    ts.forEachChild(node, (child) => walk(child, called));
  };

  for (const statement of source.statements) {
    if (isDeclaration(statement)) {
      if (ts.isVariableStatement(statement) || ts.isClassDeclaration(statement)) walk(statement, false);
    } else tell(statement, `runs ${ts.SyntaxKind[statement.kind]}`);
  }
  return [...found.values()];
}

/** Everywhere in a file: what it takes by itself of the process, time, chance or Node, instead of being handed it. */
export function ambientUses(file: string, text: string): readonly Effect[] {
  const source = parse(file, text);
  const found: Effect[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isImportDeclaration(node)) {
      for (const name of takenOfNode(node)) found.push(at(source, node, `takes ${name}`));
      return;
    }
    const name = ambientName(node);
    if (name !== null) found.push(at(source, node, `uses ${name}`));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function at(source: ts.SourceFile, node: ts.Node, what: string): Effect {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
  return { file: source.fileName, line: line + 1, what };
}

function isDeclaration(statement: ts.Statement): boolean {
  return (
    ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isVariableStatement(statement)
  );
}

function isChange(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
  }
  const counts = [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken];
  return (
    (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && counts.includes(node.operator)
  );
}

/** What of the surroundings a node is; null where it is a mere value. */
function ambientName(node: ts.Node): string | null {
  if (ts.isNewExpression(node) && isNamed(node.expression, 'Date'))
    return node.arguments === undefined || node.arguments.length === 0 ? 'new Date()' : null;
  if (ts.isCallExpression(node) && isNamed(node.expression, 'Date')) return 'Date()';
  if (ts.isPropertyAccessExpression(node)) {
    const path = `${node.expression.getText()}.${node.name.text}`;
    if (ambientMembers.has(path)) return path;
    return localized.has(node.name.text) ? node.name.text : null;
  }
  if (ts.isMetaProperty(node)) return 'import.meta';
  if (!ts.isIdentifier(node) || !ambient.has(node.text)) return null;
  return isReference(node) ? node.text : null;
}

/** An identifier that stands for a value, and not for a property, a parameter or a key of that name. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.expression !== node) return false;
  const named =
    ts.isPropertyAssignment(parent) ||
    ts.isBindingElement(parent) ||
    ts.isParameter(parent) ||
    ts.isVariableDeclaration(parent);
  if (named && parent.initializer !== node) return false;
  return !ts.isPropertySignature(parent) && !ts.isMethodSignature(parent) && !isDeclared(node);
}

/** Whether a function around a node has a parameter or variable of that name, as `process` of a report. */
function isDeclared(node: ts.Identifier): boolean {
  for (let scope: ts.Node = node; !ts.isSourceFile(scope); scope = scope.parent) {
    if (ts.isFunctionLike(scope) && scope.parameters.some((one) => binds(one.name, node.text))) return true;
    if (ts.isBlock(scope) && scope.statements.some((one) => declares(one, node.text))) return true;
  }
  return node.getSourceFile().statements.some((one) => declares(one, node.text));
}

function declares(statement: ts.Statement, name: string): boolean {
  if (ts.isFunctionDeclaration(statement)) return statement.name?.text === name;
  if (!ts.isVariableStatement(statement)) return false;
  return statement.declarationList.declarations.some((one) => binds(one.name, name));
}

function binds(binding: ts.BindingName, name: string): boolean {
  if (ts.isIdentifier(binding)) return binding.text === name;
  return binding.elements.some((one) => ts.isBindingElement(one) && binds(one.name, name));
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

/** Values of Node that are more than a function of their arguments. */
function takenOfNode(node: ts.ImportDeclaration): readonly string[] {
  const from = ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : '';
  const { importClause: clause } = node;
  if (!from.startsWith('node:') || clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const named = clause?.namedBindings;
  if (clause === undefined || clause.name !== undefined || named === undefined || !ts.isNamedImports(named))
    return [from];
  const names = named.elements
    .filter((one) => !one.isTypeOnly)
    .map((one) => (one.propertyName ?? one.name).text);
  return names.filter((name) => !pureOfNode.has(name)).map((name) => `${name} of ${from}`);
}

/** Where each imported value comes from. */
function importedNames(source: ts.SourceFile): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const from = statement.moduleSpecifier.text;
    const { name, namedBindings: named } = statement.importClause ?? {};
    if (name !== undefined) names.set(name.text, from);
    if (named !== undefined && ts.isNamespaceImport(named)) names.set(named.name.text, from);
    if (named !== undefined && ts.isNamedImports(named))
      for (const one of named.elements) names.set(one.name.text, from);
  }
  return names;
}

function ownFunctions(source: ts.SourceFile): ReadonlyMap<string, ts.Node> {
  const functions = new Map<string, ts.Node>();
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) functions.set(statement.name.text, statement);
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations)
      if (ts.isIdentifier(name) && initializer !== undefined && ts.isFunctionLike(initializer))
        functions.set(name.text, initializer);
  }
  return functions;
}

function bare(node: ts.Node): ts.Node {
  return ts.isParenthesizedExpression(node) ? bare(node.expression) : node;
}

/** The name at the left end of `a.b().c`. */
function rootOf(node: ts.Node): ts.Identifier | null {
  if (ts.isIdentifier(node)) return node;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node) || ts.isElementAccessExpression(node))
    return rootOf(bare(node.expression));
  return null;
}

function memberOf(callee: ts.Node): string {
  return ts.isPropertyAccessExpression(callee) ? callee.name.text : '';
}

/** What core offers has no effects whenever it is called: the other rule sees to that. */
function isCore(file: string, from: string): boolean {
  if (!from.startsWith('.')) return false;
  const { pathname } = new URL(from, `file:///${file}`);
  return pathname.startsWith('/src/core/');
}
