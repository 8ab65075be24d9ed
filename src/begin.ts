/**
 * Begins the process: owns signals and the exit status. `run` and a plain `health` take paths of their own, so that
 * neither the daemon nor what asks it every few seconds loads the command-line library.
 */
export async function begin(): Promise<void> {
  // With a listener Node opens no debugger at SIGUSR1, which would let every local user run code as us.
  process.on('SIGUSR1', () => {});
  closeDebugger();
  const argv = process.argv.slice(2);
  try {
    process.exitCode = (await settleSandbox()) ?? (await (await load(argv))(argv));
  } catch (error) {
    // Too few descriptors for what says so: the sentence and the codes of problems.ts and exit-codes.ts cannot be loaded.
    const few = hasFewDescriptors();
    const why = String(error);
    process.stderr.write(
      few
        ? `binfmt-keeper: too-few-descriptors: 96 are needed; raise the limit of open files: ulimit -n 1024 (${why})\n`
        : `${stackOf(error)}binfmt-keeper: internal error: ${why.replace(/\s*\n\s*/g, ' ')}\n`,
    );
    process.exitCode = few ? 4 : 1;
    // What was under way may never end.
    setTimeout(() => process.exit(), 200).unref();
  }
}

/**
 * Only a defect ends up here else: expected failures are data. Its stack is what a bug report needs; the fault itself comes
 * last, since docker/setup-qemu-action shows one line.
 */
function stackOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? '' : `binfmt-keeper: a defect; for a report of it:\n${frames.join('\n')}\n`;
}

/** By the limit, for what fails then has many faces: a part that cannot be read, a child without pipes. */
function hasFewDescriptors(): boolean {
  try {
    const limits = process.getBuiltinModule('node:fs').readFileSync('/proc/self/limits', 'latin1');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]) < 96;
  } catch {
    return true;
  }
}

/** Where `--sandbox` has just made our namespaces, they come before anything that is read or asked for. */
async function settleSandbox() {
  const outside = process.env.BINFMT_KEEPER_NEW_SANDBOX;
  return outside ? (await import('./cli/commands/new-sandbox.ts')).settle(outside) : null;
}

async function load(argv: readonly string[]) {
  const [word, ...more] = argv;
  if (more.length === 0) {
    if (word === 'health') return (await import('./cli/commands/health.ts')).main;
    if (word === '--version') return (await import('./cli/drop-in/version.ts')).main;
  }
  return (await import('./work.ts')).main;
}

/**
 * Closes what a signal has opened before the listener was there. Node does so in another thread, and may do it a second
 * time; a debugger that was asked for by option stays.
 */
function closeDebugger(): void {
  const asked = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (/--(inspect|disable-sigusr1)/.test(asked)) return;
  // Undocumented, and there since Node 8: node:inspector would cost 0.6 MB and 5 ms.
  const close = (): void => Reflect.get(process, '_debugEnd')?.();
  close();
  setImmediate(close);
  for (const ms of [10, 100, 1000]) setTimeout(close, ms).unref();
}
