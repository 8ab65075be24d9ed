import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { parseConfig } from '../src/core/config/config.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const text = read('docs/bottlerocket.md');

interface DaemonSet {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
          readonly securityContext: Readonly<Record<string, unknown>>;
          readonly volumeMounts: readonly {
            readonly name: string;
            readonly mountPath: string;
            readonly mountPropagation?: string;
          }[];
        }[];
        readonly volumes: readonly { readonly name: string; readonly hostPath: { readonly path: string } }[];
      };
    };
  };
}

const [, manifest = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
const documents: readonly DaemonSet[] = parseAllDocuments(manifest).map((document) => document.toJS());
const pod = documents.find(({ kind }) => kind === 'DaemonSet')?.spec.template.spec;
const [container] = pod?.containers ?? [];

test("the DaemonSet of docs/bottlerocket.md is a valid configuration, and the one that test/vm's machine runs", () => {
  assert.ok(pod !== undefined && container !== undefined);
  const env = Object.fromEntries(
    container.env.map(({ name, value }) => [name, value?.replace('$(POD_IP)', '10.0.0.1')]),
  );
  const parsed = parseConfig({ env, flags: {} });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.deepEqual(container.args, ['run']);
  assert.deepEqual(container.securityContext, {
    privileged: true,
    readOnlyRootFilesystem: true,
    seLinuxOptions: { level: 's0' },
  });

  const machine = read('test/vm/guest/bottlerocket.sh') + read('test/vm/guest/bottlerocket-daemon.sh');
  const { main } = parsed.config.mounts;
  assert.ok(machine.includes(`BINFMT_KEEPER_MOUNTS_MAIN=${main}`));
  for (const { name, mountPath, mountPropagation } of container.volumeMounts) {
    const source = pod.volumes.find((volume) => volume.name === name)?.hostPath.path;
    const propagation = mountPropagation === 'Bidirectional' ? 'rshared' : 'rprivate';
    assert.ok(machine.includes(`=${source}:${mountPath}:rbind,${propagation}`), name);
  }
});
