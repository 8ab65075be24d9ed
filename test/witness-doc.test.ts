import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { readLine } from '../src/cli/line/read-line.ts';
import { parseConfig } from '../src/core/config/config.ts';

const text = readFileSync(join(import.meta.dirname, '../docs/witness.md'), 'utf8');
const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => parse(yaml));

/** Keys of Kubernetes' API (core/v1) that these examples use; anything else in them is a slip. */
const fields: Readonly<Record<string, readonly string[]>> = {
  Probe: ['exec', 'periodSeconds', 'timeoutSeconds'],
  PodSpec: ['securityContext', 'containers', 'volumes'],
  PodSecurityContext: ['runAsNonRoot', 'runAsUser', 'runAsGroup'],
  Container: ['name', 'image', 'args', 'securityContext', 'resources', 'volumeMounts'],
  SecurityContext: ['allowPrivilegeEscalation', 'readOnlyRootFilesystem', 'capabilities'],
};

test('the readiness probe of docs/witness.md runs a command that is understood, in its time', async () => {
  const [{ readinessProbe }] = examples;
  assertFields(readinessProbe, 'Probe');
  const [program, ...args] = readinessProbe.exec.command;
  assert.equal(program, 'binfmt-keeper');
  await understood(args);
  assert.ok(readinessProbe.timeoutSeconds < readinessProbe.periodSeconds);
});

test('the pod of docs/witness.md has no rights, and reports where the keeper listens', async () => {
  const [, pod] = examples;
  const [container] = pod.containers;
  assertFields(pod, 'PodSpec');
  assertFields(pod.securityContext, 'PodSecurityContext');
  assertFields(container, 'Container');
  assertFields(container.securityContext, 'SecurityContext');
  assert.deepEqual(container.securityContext.capabilities, { drop: ['ALL'] });
  await understood(container.args);
  const [mount] = container.volumeMounts;
  const [volume] = pod.volumes;
  assert.equal(mount.name, volume.name);
  const socket = container.args[container.args.indexOf('--report-to') + 1];
  const onHost = socket.replace(mount.mountPath, volume.hostPath.path);
  const here = parseConfig({ env: {}, flags: {} });
  assert.ok(here.ok);
  assert.equal(onHost, `${here.config.mounts.anchor.replace(/\/[^/]+$/, '')}/witness/witness.sock`);
  const keeper = /with `(readiness: .*)` for the keeper/.exec(text)?.[1] ?? '';
  const parsed = parseConfig({ file: { name: 'x.yaml', text: keeper }, env: {}, flags: {} });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.equal(parsed.config.readiness.witnessOwner, `:${pod.securityContext.runAsGroup}`);
});

function assertFields(found: object, kind: string): void {
  for (const key of Object.keys(found)) assert.ok(fields[kind]?.includes(key), `${kind}: ${key}`);
}

async function understood(args: readonly string[]): Promise<void> {
  const line = await readLine(args);
  assert.equal(line.kind, 'command', JSON.stringify(line));
}
