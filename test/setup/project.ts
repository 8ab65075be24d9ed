import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const scripts = fileURLToPath(new URL('../../scripts/run', import.meta.url));
/** The one package that this project has. */
const lock = { packages: { 'node_modules/leaf': { version: '1.0.0' } } };

/** What a run said and how it ended. */
interface Ended {
  readonly status: number | null;
  readonly said: string;
}

/** A project with the real scripts, one package, and an npm of which a test says what it does. */
export interface Project {
  readonly dir: string;
  /** Starts `run.cjs hello.mjs`, which needs the package. */
  start(options?: { readonly asNobody: boolean }): {
    readonly pid: number;
    readonly ended: Promise<Ended>;
    kill(signal: NodeJS.Signals): void;
  };
  run(options?: { readonly asNobody: boolean }): Promise<Ended>;
  /** JavaScript that stands for npm; it runs where the packages are to be put. test:fresh has the real one. */
  npm(body: string): void;
  put(file: string, text: string): void;
  /** What is left of installations. */
  leftovers(): string[];
}

/** What `npm ci` does when all is well. */
export const installs = `
  mkdirSync('node_modules/leaf', { recursive: true });
  writeFileSync('node_modules/leaf/package.json', '{}');
  writeFileSync('node_modules/.package-lock.json', '${JSON.stringify(lock)}');`;

/** Makes one in a directory that ends with the test. */
export function makeProject(t: TestContext): Project {
  const dir = mkdtempSync(join(tmpdir(), 'binfmt-keeper-setup-'));
  chmodSync(dir, 0o755);
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const put = (file: string, text: string): void => {
    mkdirSync(join(dir, file, '..'), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  for (const name of readdirSync(scripts).filter((file) => /\.[cm]js$/.test(file)))
    cpSync(join(scripts, name), join(dir, 'scripts/run', name));
  put('scripts/node/package.json', '{}');
  put('package.json', '{ "type": "module" }');
  put('package-lock.json', JSON.stringify(lock));
  put('hello.mjs', "console.log('hello');");
  const start: Project['start'] = ({ asNobody } = { asNobody: false }) => {
    const other = asNobody && process.getuid?.() === 0;
    // By a descriptor: whoever is nobody may not go through /root, where this Node can lie.
    const node = other ? openSync(process.execPath, 'r') : null;
    const child = spawn(
      node === null ? process.execPath : '/proc/self/fd/3',
      [join(dir, 'scripts/run/run.cjs'), 'hello.mjs'],
      {
        cwd: dir,
        stdio: ['ignore', 'pipe', 'pipe', node ?? 'ignore'],
        ...(other ? { uid: 65_534, gid: 65_534 } : {}),
        env: { ...process.env, npm_execpath: join(dir, 'npm/npm-cli.js') },
      },
    );
    if (node !== null) closeSync(node);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (said += bytes));
    const ended = once(child, 'close').then(([status]) => ({ status, said }));
    return { pid: child.pid ?? 0, ended, kill: (signal) => child.kill(signal) };
  };
  return {
    dir,
    start,
    run: (options) => start(options).ended,
    npm: (body) => put('npm/npm-cli.js', `import { mkdirSync, writeFileSync } from 'node:fs';\n${body}`),
    put,
    leftovers: () => readdirSync(dir).filter((name) => name.startsWith('.install-')),
  };
}
