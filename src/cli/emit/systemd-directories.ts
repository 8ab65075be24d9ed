import { posix } from 'node:path';
import type { Config } from '../../core/config/config.ts';
import { runDirectory } from '../../core/config/run-directory.ts';
import { networkNeeds } from './systemd-network.ts';

/** What the service may write to: the lines of its unit. Below /run and /var/lib systemd makes the directories; elsewhere they must exist. */
export function directoryLines(config: Config, word: (text: string) => string): string {
  const [run, state] = [runDirectory(config), storeParent(config)];
  const runName = below('/run', run);
  const stateName = below('/var/lib', state);
  const others = [runName === null ? [run] : [], stateName === null ? [state] : []].flat();
  const written = [networkNeeds(config).directory, textfileDirectory(config)].flatMap((d) => d ?? []);
  return [
    // Preserved: the anchor is mounted there, and what is remembered of our entries lives as long as they do.
    ...(runName === null ? [] : [`RuntimeDirectory=${word(runName)}`, 'RuntimeDirectoryPreserve=yes']),
    ...(stateName === null ? [] : [`StateDirectory=${word(stateName)}`]),
    // Where publish.binfmtD writes. Not a RuntimeDirectory: systemctl clean would remove what others have there.
    "ExecStartPre=+-/bin/sh -c 'mkdir -p -m 755 /run/binfmt.d'",
    'ReadWritePaths=-/run/binfmt.d',
    ...others.map((directory) => `ReadWritePaths=${word(directory)}`),
    // Without it the service works all the same, but for what is written there.
    ...written
      .filter((directory) => ![run, state].includes(directory))
      .map((directory) => `ReadWritePaths=${word(`-${directory}`)}`),
    '',
  ].join('\n');
}

/** Settings for which the service would have to write to a directory of the whole system, as `/` is for `unix:/x.sock`. */
export function tooWide(config: Config): readonly string[] {
  const places = [
    {
      setting: 'http.listen',
      directory: networkNeeds(config).directory,
      instead: 'unix:/run/binfmt-keeper/http.sock',
    },
    { setting: 'publish.textfile', directory: textfileDirectory(config), instead: 'a directory of its own' },
    {
      setting: 'interpreters.store',
      directory: storeParent(config),
      instead: '/var/lib/binfmt-keeper/store',
    },
    { setting: 'mounts.anchor', directory: runDirectory(config), instead: '/run/binfmt-keeper/binfmt_misc' },
  ];
  return places.flatMap(({ setting, directory, instead }) =>
    directory !== null && ofTheSystem.test(posix.resolve(directory))
      ? [`${setting}: the service would need leave to write to all of ${directory}; choose ${instead}`]
      : [],
  );
}

const ofTheSystem =
  /^\/((bin|boot|dev|etc|home|lib\w*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr(\/\w+)?|var(\/\w+)?)$|$)/;

/** Probes lie beside the store. */
export function storeParent(config: Config): string {
  const { store } = config.interpreters;
  return store.slice(0, store.lastIndexOf('/')) || '/';
}

function textfileDirectory({ publish }: Config): string | null {
  return publish.textfile === '' ? null : publish.textfile.slice(0, publish.textfile.lastIndexOf('/')) || '/';
}

function below(parent: string, directory: string): string | null {
  return directory.startsWith(`${parent}/`) ? directory.slice(parent.length + 1) : null;
}
