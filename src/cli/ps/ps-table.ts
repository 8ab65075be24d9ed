import type { Spending } from '../../core/ps/advise.ts';
import type { CgroupPlace } from '../../core/ps/cgroup.ts';
import type { Census, EmulatedProcess } from '../../core/ps/process.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { visible } from '../../core/text/visible.ts';
import type { View } from '../terminal/problem-text.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { wrap } from '../terminal/wrap.ts';

/** Processes under emulation for people: one a line. */
export function processLines({ processes }: Census, view: View): readonly string[] {
  if (processes.length === 0) return ['No process runs under emulation.'];
  const cell = (of: (one: EmulatedProcess) => string): readonly string[] => processes.map(of);
  const columns: readonly Column[] = [
    { head: 'PID', cells: cell(({ pid }) => String(pid)), rank: 0 },
    { head: 'PLATFORM', cells: cell(({ platform }) => platform ?? 'unknown'), rank: 1 },
    { head: 'EMULATOR', cells: cell(({ interpreter }) => baseOf(interpreter)), rank: 5 },
    { head: 'VERSION', cells: cell(({ version }) => version ?? '-'), rank: 4 },
    { head: 'BY', cells: cell(({ by }) => by), rank: 7 },
    { head: 'CONTAINER', cells: cell(containerOf), rank: 3 },
    { head: 'POD', cells: cell(({ pod }) => short(pod) ?? '-'), rank: 6 },
    { head: 'CPU', cells: cell(({ cpuMs }) => clockOf(cpuMs)), rank: 2 },
    { head: 'AGE', cells: cell(({ ageMs }) => clockOf(ageMs)), rank: 5 },
    { head: 'COMMAND', cells: cell(commandOf), rank: 0, least: 12 },
  ];
  const shown = columns.filter(({ head }) => head !== 'POD' || processes.some(({ pod }) => pod !== null));
  const [head = '', ...rows] = tableLines(shown, view.columns);
  return [view.style.strong(head), ...rows];
}

/** What emulation costs, container by container, and what would need less of it. */
export function adviceLines(spendings: readonly Spending[], view: View): readonly string[] {
  const width = view.columns ?? Number.POSITIVE_INFINITY;
  if (spendings.length === 0) return ['No process runs under emulation: there is nothing to save.'];
  return spendings.flatMap((one, at) => {
    const { platforms, processes, cpuMs, programs, advice } = one;
    const most = programs
      .slice(0, 5)
      .map(({ name, count, cpuMs: ms }) => `${visible(name)}${count > 1 ? ` ×${count}` : ''} ${clockOf(ms)}`);
    const where = [containerOf(one), ...(one.pod === null ? [] : [`pod ${short(one.pod)}`])].join(', ');
    const title = `${where}: ${clockOf(cpuMs)} CPU, ${processes} ${processes === 1 ? 'process' : 'processes'} of ${platforms.join(', ') || 'an unknown platform'}`;
    return [
      ...(at === 0 ? [] : ['']),
      ...wrap(visible(title), width, '', '  ').map(view.style.strong),
      ...wrap(most.join(', '), width, '  ', '  '),
      ...advice.flatMap((text) => wrap(`→ ${text}`, width, '  ', '    ')),
    ];
  });
}

/** What cannot be known from here, as sentences. */
export function sightLines({ sight, unread }: Census, command: string): readonly string[] {
  if (!sight.whole)
    return [
      `the processes of the host cannot be seen: ${sight.why}`,
      `ask on the host itself: ${command} ps; or start this container with the process ids of the host (podman run --pid=host, hostPID: true in a pod)`,
    ];
  if (unread === 0) return [];
  const some = unread === 1 ? 'one process' : `${unread} processes`;
  return [
    `the program of ${some} cannot be read, only the command line, which proves nothing: whoever looks lacks rights over them (another user, CAP_SYS_PTRACE, a security module)`,
  ];
}

function containerOf({ container, runtime, unit }: CgroupPlace): string {
  if (container === null) return unit ?? '-';
  const id = short(container) ?? '';
  return runtime === null || runtime === 'unknown' ? id : `${runtime} ${id}`;
}

/** As docker ps and podman ps write it. */
function short(id: string | null): string | null {
  return id !== null && /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
}

function commandOf({ command }: EmulatedProcess): string {
  return command.length === 0 ? '?' : command.map((word) => shellWord(word)).join(' ');
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `4.2s`, `3:07`, `2:10:05`, `4d 3h`: as short as ps and top are. */
function clockOf(ms: number): string {
  const s = Math.floor(ms / 1000);
  if (s < 60) return `${(ms / 1000).toFixed(1)}s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  if (s < 86_400) return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return `${Math.floor(s / 86_400)}d ${Math.floor(s / 3600) % 24}h`;
}
