import type { Config } from '../../core/config/config.ts';
import { configInput } from '../../core/config/input.ts';
import { settings } from '../../core/config/options.ts';
import type { Origin } from '../../core/config/origin.ts';
import { bytesOf } from '../../core/kernel/bytes.ts';
import { mountUnitName } from '../../core/kernel/unit-name.ts';
import { repository } from '../../core/project.ts';
import { directoryLines, storeParent } from './systemd-directories.ts';
import { type NetworkNeeds, networkNeeds } from './systemd-network.ts';

/** What the units start. */
export interface UnitProgram {
  /** The program and its arguments up to `run`, paths absolute. */
  readonly command: readonly string[];
  /** Where the configuration was named on the command line; null for the default file. */
  readonly configFile: string | null;
}

/** Text of each unit by its file name. */
export type Units = ReadonlyMap<string, string>;

/**
 * The units for one configuration: the service, and the anchor as a mount of its own, because the mounts of a sandboxed
 * service never reach the host. Settings from flags and the environment go into the service; those of the file stay there.
 */
export function systemdUnits(
  config: Config,
  origins: ReadonlyMap<string, Origin>,
  program: UnitProgram,
): Units {
  return new Map([
    [mountUnitName(bytesOf(config.mounts.anchor)), anchorUnit(config)],
    ['binfmt-keeper.service', serviceUnit(config, origins, program)],
  ]);
}

function anchorUnit(config: Config): string {
  return `# A second mount of binfmt_misc. Entries live as long as any mount of it lives, so they outlive an unmount of
# ${config.mounts.main} as well as every restart, upgrade or crash of the keeper.
[Unit]
Description=Anchor of binfmt_misc, which keeps its entries alive
Documentation=man:binfmt-keeper(8) ${repository}
DefaultDependencies=no
# At shutdown before the file system of the store: an entry holds its interpreter open.
RequiresMountsFor=${path(storeParent(config))}
Conflicts=umount.target
Before=umount.target

[Mount]
What=binfmt_misc
Where=${path(config.mounts.anchor)}
Type=binfmt_misc
Options=nosuid,nodev,noexec
`;
}

function serviceUnit(config: Config, origins: ReadonlyMap<string, Origin>, program: UnitProgram): string {
  return `${unitSection(config)}
${serviceLines(config, origins, program)}${sandboxLines(config, program)}${notSet(config)}
[Install]
WantedBy=multi-user.target
`;
}

function unitSection(config: Config): string {
  const anchor = mountUnitName(bytesOf(config.mounts.anchor));
  const main = mountUnitName(bytesOf(config.mounts.main));
  const automount = main.replace(/\.mount$/, '.automount');
  return `[Unit]
Description=Keeps handlers of foreign executables alive and proves that they run
Documentation=man:binfmt-keeper(8) man:binfmt-keeper.yaml(5) ${repository}
# Wants and not Requires: without the anchor the keeper goes on and brings it back.
Wants=${anchor} ${automount}
After=${anchor} ${automount} ${main}
# Started after systemd-binfmt, whose start deletes all entries, thus also stopped before its stop: that flush wins.
After=systemd-binfmt.service
RequiresMountsFor=${path(storeParent(config))}
# Whatever starts containers waits until emulation works, ten seconds at most.
Before=containerd.service docker.service crio.service podman.service podman-restart.service buildkit.service
Before=kubelet.service k3s.service k3s-agent.service rke2-server.service rke2-agent.service
# In a container the instance is somebody else's.
ConditionVirtualization=|!container
ConditionVirtualization=|wsl
StartLimitIntervalSec=0
`;
}

function serviceLines(config: Config, origins: ReadonlyMap<string, Origin>, program: UnitProgram): string {
  const command = [...program.command, 'run', ...fileArgument(program.configFile)];
  return `[Service]
Type=notify
# Not main: where the native module is missing systemd-notify speaks, a child; without capabilities only "all" hears it.
NotifyAccess=all
ExecStart=${command.map(word).join(' ')}
# By the shell itself: a minimal Debian has no kill(1).
ExecReload=/bin/sh -c 'kill -HUP $MAINPID'
${environment(config, origins)}Restart=always
RestartSec=1s
# Wrong configuration, or a kernel without binfmt_misc: another start would not help.
RestartPreventExitStatus=2 4
WatchdogSec=30s
TimeoutStartSec=60s
TimeoutStopSec=10s
KillMode=mixed
OOMScoreAdjust=-900
# Heals before whoever executes goes on; no help where the kernel divides time by session or by service first.
Nice=-5
TasksMax=64
MemoryMax=192M
# An emulator that eats all of it is killed alone, and its platform reported.
OOMPolicy=continue
${directoryLines(config, word)}
`;
}

function sandboxLines(config: Config, program: UnitProgram): string {
  const needs = withForeign(networkNeeds(config), config);
  return `# Sandbox. The keeper needs to be uid 0, because only that may write to binfmt_misc, and no capability for it: systemd
# mounts for it.
CapabilityBoundingSet=${needs.capabilities.join(' ')}
AmbientCapabilities=
NoNewPrivileges=yes
UMask=0077
ProtectSystem=strict
ProtectHome=${uses(/^\/(home|root|run\/user)\//, config, program) ? 'read-only' : 'yes'}
PrivateTmp=${uses(/^\/(var\/)?tmp\//, config, program) ? 'no' : 'yes'}
PrivateDevices=yes
${needs.lines.join('\n')}
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
${needs.systemCalls.map((group) => `SystemCallFilter=${group}\n`).join('')}SystemCallErrorNumber=EPERM
`;
}

function notSet(config: Config): string {
  return `# Not set, and why:
# User=, DynamicUser=: binfmt_misc takes registrations from uid 0 only.
# MemoryDenyWriteExecute=: Node and the emulators that are proved compile at run time.
# ProtectKernelTunables=: hides ${config.mounts.main} before systemd 257.
# ProcSubset=pid: hides it always. ProtectProc= would hide what emulators run, and protects nothing from uid 0.
# SystemCallArchitectures=: the host's 32-bit programs are tried, so that they are never handed to an emulator.
# PrivateUsers=: from Linux 6.7 a user namespace has entries of its own.
# RootDirectory=: the paths of interpreters must be those of the host.
`;
}

/** Where entries of others may serve, they are tried as another user, and what runs then is looked at as that user. */
function withForeign(needs: NetworkNeeds, { adopt, precedence }: Config): NetworkNeeds {
  if (precedence === 'ours' && adopt.length === 0) return needs;
  return {
    ...needs,
    capabilities: [...needs.capabilities, 'CAP_SETUID', 'CAP_SETGID'],
    systemCalls: [...needs.systemCalls, '@setuid setfsuid setfsgid'],
  };
}

/** Whether the service uses files of places that are hidden otherwise, as a checkout in somebody's home is. */
function uses(hidden: RegExp, config: Config, program: UnitProgram): boolean {
  const used = [
    ...program.command,
    program.configFile ?? '',
    ...config.interpreters.sources,
    config.interpreters.store,
    ...config.handlers.map((h) => h.interpreter),
    `${networkNeeds(config).directory ?? ''}/`,
    config.publish.textfile,
  ];
  return used.some((p) => hidden.test(p));
}

function environment(config: Config, origins: ReadonlyMap<string, Origin>): string {
  const input = configInput(config);
  return settings
    .filter(({ config: key }) => ['flag', 'env'].includes(origins.get(key)?.kind ?? ''))
    .map(({ config: key, env }) => `Environment=${word(`${env}=${text(at(input, key))}`)}\n`)
    .join('');
}

function at(input: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>((v, k) => (typeof v === 'object' && v !== null ? Reflect.get(v, k) : undefined), input);
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

function fileArgument(file: string | null): readonly string[] {
  return file === null ? [] : ['--config', file];
}

/** One word as systemd.service(5) reads it: `%` and `$` begin substitutions. */
function word(text: string): string {
  const plain = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  if (/^[\w%@:,.+=/$-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll(/["\\\p{Cc}]/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}

/** Where a path is the whole value: no quotes there, spaces are part of it. */
function path(text: string): string {
  return text.replaceAll('%', '%%');
}
