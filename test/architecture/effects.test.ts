import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ambientUses, type Effect, effectsAtImport } from './effects.ts';
import { root, sourcesBelow } from './imports.ts';

const quiet = ['src/core', 'src/host', 'src/keeper', 'src/daemon', 'src/publish'];
const handedIn = ['src/core', 'src/keeper'];

/** The program of the page, which is printed into it and runs in a browser. */
const ofThePage = 'src/core/page/script.ts';

test('importing a file does nothing but make values', () => {
  assert.deepEqual(found(quiet, effectsAtImport), []);
});

test('core and keeper are handed process, time and chance', () => {
  assert.deepEqual(
    found(handedIn, ambientUses).filter((line) => !line.startsWith(`${ofThePage}:`)),
    [],
  );
});

describe('the rule of imports can fail', () => {
  const refused: Readonly<Record<string, string>> = {
    'a hook of the process': "process.on('exit', () => {});",
    'a package that is set up': "import * as z from 'zod';\nz.config({ jitless: true });",
    'the same, hidden in a value': "import * as z from 'zod';\nexport const a = z.config({});",
    'a variable of the environment': 'export const path = process.env.PATH;',
    'one that is deleted': 'delete process.env.NOTIFY_SOCKET;',
    'the time of the import': 'export const began = Date.now();',
    'the same by another name': 'export const began = new Date();',
    'a timer': 'const timer = setInterval(() => {}, 1000);',
    'a file that is read': "import { readFileSync } from 'node:fs';\nexport const a = readFileSync('/x');",
    'a file that a function of the same file reads':
      "import { readFileSync } from 'node:fs';\nconst a = read();\nfunction read() { return readFileSync('/x'); }",
    'one that a function of a function reads':
      "import { readFileSync } from 'node:fs';\nconst a = b();\nconst b = () => c();\nfunction c() { return readFileSync('/x'); }",
    'one that is read for each of a list':
      "import { readFileSync } from 'node:fs';\nconst a = ['/x'].map((path) => readFileSync(path));",
    'one that is read in place':
      "import { readFileSync } from 'node:fs';\nconst a = (() => readFileSync('/x'))();",
    'a function of another file of the host': "import { open } from './open.ts';\nexport const a = open();",
    'a module that is waited for': "const { a } = await import('./a.ts');",
    'a loop': 'const a = [];\nfor (let i = 0; i < 3; i++) a.push(i);',
    'a change of something imported': "import { a } from './a.ts';\nconst b = (a.c = 1);",
    'a static member': 'export class A { static at = performance.now(); }',
  };
  for (const [what, text] of Object.entries(refused))
    test(what, () => assert.notDeepEqual(effectsAtImport('src/host/system/x.ts', text), []));

  const allowed: Readonly<Record<string, string>> = {
    'sets, maps and patterns': 'const a = new Set([1]);\nconst b = new Map();\nexport const c = /x/;',
    'a list made of a list': 'export const a = [1, 2].filter((n) => n > 1).map((n) => ({ n }));',
    'a value of a function of the same file':
      'const a = twice(2);\nfunction twice(n: number) { let m = n; m += n; return m; }',
    'a shape': "import * as z from 'zod';\nexport const a = z.strictObject({ b: z.string().min(1) });",
    'a value of core': "import { row } from '../../core/row.ts';\nexport const a = row('x');",
    'what only happens when it is called': "export function f() { process.on('exit', () => {}); }",
    types: 'export interface A { readonly process: number }\nexport type B = typeof process;',
  };
  for (const [what, text] of Object.entries(allowed))
    test(`${what} pass`, () => assert.deepEqual(effectsAtImport('src/host/system/x.ts', text), []));
});

describe('the rule of what is handed in can fail', () => {
  const refused: Readonly<Record<string, string>> = {
    'the process': 'export const f = () => process.pid;',
    'its environment under another name': 'export const f = ({ env } = process) => env;',
    'the time of day': 'export const f = () => Date.now();',
    'the same as an object': 'export const f = () => new Date().getTime();',
    'the clock': 'export const f = () => performance.now();',
    'a clock that is passed on': 'export const f = () => [0].map(performance.now);',
    'a timer': 'export const f = () => setTimeout(() => {}, 1);',
    'a timer that is passed on': 'export const f = { later: setTimeout };',
    'a turn of the loop': 'export const f = () => setImmediate(() => {});',
    'a limit of time': 'export const f = () => AbortSignal.timeout(1);',
    chance: 'export const f = () => Math.random();',
    'the global scope': "export const f = () => globalThis['process'];",
    'the language of the user': 'export const f = (n: number) => n.toLocaleString();',
    'a module of Node': "import { readFileSync } from 'node:fs';",
    'timers of Node': "import { setTimeout as sleep } from 'node:timers/promises';",
    'the process of Node': "import me from 'node:process';",
    'the whole of a module': "import * as util from 'node:util';",
  };
  for (const [what, text] of Object.entries(refused))
    test(what, () => assert.notDeepEqual(ambientUses('src/keeper/x.ts', text), []));

  const allowed: Readonly<Record<string, string>> = {
    'a process of a report':
      'export const f = ({ process }: { process: { cpuMs: number } }) => process.cpuMs;',
    'a time that is given': 'export const f = (at: number) => new Date(at).toISOString();',
    'a hash': "import { createHash } from 'node:crypto';\nexport const f = () => createHash('sha256');",
    'a type of Node': "import type { Readable } from 'node:stream';",
  };
  for (const [what, text] of Object.entries(allowed))
    test(`${what} passes`, () => assert.deepEqual(ambientUses('src/keeper/x.ts', text), []));
});

function found(
  directories: readonly string[],
  rule: (file: string, text: string) => readonly Effect[],
): readonly string[] {
  const files = directories.flatMap(sourcesBelow);
  assert.ok(files.length > 50);
  return files
    .flatMap((file) => rule(file, readFileSync(join(root, file), 'utf8')))
    .map(({ file, line, what }) => `${file}:${line} ${what}`);
}
