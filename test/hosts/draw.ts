import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Host, hosts } from './hosts.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const commands = ['status', 'probe', 'config check'] as const;

/** The document: the three commands on each host, as they answered here. */
export function drawHosts(): string {
  return `${preface}\n${hosts.map(section).join('\n')}`;
}

const preface = `# The keeper on hosts as they are

What \`status\`, \`probe\` and \`config check\` say on six hosts where no daemon runs, as text in a pipe. \`node test/hosts/run.ts\`
makes this file: it registers the lines that the packages and tools write in a private instance and runs the commands there;
\`test/hosts/hosts.test.ts\` does the same and compares. Versions and paths of emulators are those of Debian 12.
`;

function section(host: Host): string {
  const screens = commands.map((command) => {
    const { said, status } = answer(host, command);
    return `\`\`\`console\n$ binfmt-keeper ${command}\n${said.trimEnd()}\n\`\`\`\n\nExit status ${status}.\n`;
  });
  return `## ${host.title}\n\n${host.text}\n\n${screens.join('\n')}`;
}

function answer(host: Host, command: string): { readonly said: string; readonly status: number | null } {
  const keeper = `'${process.execPath}' --no-warnings '${main}' ${command} 2>&1`;
  const [program, ...args] = host.contained === true ? contained(keeper) : own(host, keeper);
  const env = { ...process.env, BINFMT_KEEPER_SANDBOX: '1' };
  const { stdout, stderr, status } = spawnSync(program ?? '', args, {
    encoding: 'utf8',
    env,
    timeout: 120_000,
  });
  if (stdout === '') throw new Error(`${host.title}: ${command}: ${stderr}`);
  return { said: steady(stdout), status };
}

/** An instance of its own, and a /usr that is written to in memory alone; a user may write where the upper layer has a directory. */
function own({ files, lines, after = [] }: Host, keeper: string): string[] {
  const script = `set -e
mount -t tmpfs -o mode=755 tmpfs /run; mount -t tmpfs -o mode=755 tmpfs /var/lib; mkdir /run/work
mkdir -p ${['bin', 'lib', 'libexec/qemu-binfmt', 'share'].map((d) => `/run/upper/${d}`).join(' ')}
mount -t overlay overlay -o lowerdir=/usr,upperdir=/run/upper,workdir=/run/work /usr
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
${files.join('\n')}
${lines.map((line) => `printf '%s' ${quoted(line)} >/proc/sys/fs/binfmt_misc/register`).join('\n')}
${after.join('\n')}
set +e; ${keeper}`;
  return ['unshare', '-Urm', '--propagation', 'private', 'sh', '-c', script];
}

/** Where no instance is mounted, and nothing may be. */
function contained(keeper: string): string[] {
  const rights = ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'];
  const script = `exec setpriv ${rights.join(' ')} sh -c ${quoted(keeper)}`;
  return ['unshare', '-Urmpf', '--mount-proc', 'sh', '-c', script];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Without what differs from run to run, and from one place of the sources to another. */
function steady(text: string): string {
  return text
    .replaceAll(/([^\s(]*node )?[^\s(]*src\/main\.ts/g, 'binfmt-keeper')
    .replaceAll(/ \d+s ago/g, ' 0s ago')
    .replaceAll(/\b\d+\.\d+ s\b/g, '0.0 s');
}
