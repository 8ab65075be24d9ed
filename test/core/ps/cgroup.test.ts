import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf } from '../../../src/core/ps/cgroup.ts';

const a = 'a1'.repeat(32);
const b = 'b2'.repeat(32);
const uid = '0b2e6b3c-1f2d-4c7a-9d55-6a1f0e8c1234';
const under = uid.replaceAll('-', '_');

/** Path of version 2, container, runtime, pod, unit. */
const paths: readonly (readonly [string, string | null, string | null, string | null, string | null])[] = [
  ['/', null, null, null, null],
  ['/init.scope', null, null, null, 'init.scope'],
  ['/system.slice/nginx.service', null, null, null, 'nginx.service'],
  ['/system.slice/system-getty.slice/getty@tty1.service', null, null, null, 'getty@tty1.service'],
  ['/system.slice/dev\\x2dthing.service', null, null, null, 'dev-thing.service'],
  ['/user.slice/user-1000.slice/session-3.scope', null, null, null, 'session-3.scope'],
  [
    '/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope/inner',
    null,
    null,
    null,
    'app-x.scope',
  ],
  [`/docker/${a}`, a, 'docker', null, null],
  [`/system.slice/docker-${a}.scope`, a, 'docker', null, null],
  [`/system.slice/docker-${a}.scope/init.scope`, a, 'docker', null, null],
  [`/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${a}.scope`, a, 'docker', null, null],
  [`/machine.slice/libpod-${a}.scope/container`, a, 'podman', null, null],
  [`/libpod_parent/libpod-${a}`, a, 'podman', null, null],
  [
    `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${a}.scope/container`,
    a,
    'podman',
    null,
    null,
  ],
  [`/machine.slice/machine-libpod_pod_${b}.slice/libpod-${a}.scope/container`, a, 'podman', b, null],
  [
    `/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_${b}.slice/libpod-${a}.scope`,
    a,
    'podman',
    b,
    null,
  ],
  [`/libpod_parent/${b}/libpod-${a}`, a, 'podman', b, null],
  // conmon stands beside the container that it watches.
  [`/machine.slice/libpod-conmon-${a}.scope`, null, null, null, `libpod-conmon-${a}.scope`],
  [
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${under}.slice/cri-containerd-${a}.scope`,
    a,
    'containerd',
    uid,
    null,
  ],
  [`/kubepods.slice/kubepods-pod${under}.slice/crio-${a}.scope`, a, 'cri-o', uid, null],
  [`/kubepods.slice/kubepods-pod${under}.slice/crio-${a}.scope/container`, a, 'cri-o', uid, null],
  [
    `/kubepods.slice/kubepods-pod${under}.slice/crio-conmon-${a}.scope`,
    null,
    null,
    null,
    `crio-conmon-${a}.scope`,
  ],
  [`/kubepods/besteffort/pod${uid}/${a}`, a, 'unknown', uid, null],
  [`/kubepods/besteffort/pod${uid}/crio-${a}`, a, 'cri-o', uid, null],
  [`/kubepods/pod${uid}`, null, null, uid, null],
  // A static pod's UID is the hash of its file.
  [`/kubepods/burstable/pod${'4f'.repeat(16)}/${a}`, a, 'unknown', '4f'.repeat(16), null],
  [`/kubepods/pod${uid}/docker-${a}.scope`, a, 'docker', uid, null],
  // kind: a node is a container, and the pod lies in it.
  [
    `/docker/${b}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod${under}.slice/cri-containerd-${a}.scope`,
    a,
    'containerd',
    uid,
    null,
  ],
  [`/docker/${b}/kubelet/kubepods/pod${uid}/${a}`, a, 'unknown', uid, null],
  // A container in a pod's container is not the pod's own.
  [`/kubepods/pod${uid}/${b}/docker/${a}`, a, 'docker', null, null],
  [`/../../kubepods/pod${uid}/${a}`, a, 'unknown', uid, null],
  [
    `/system.slice/containerd.service/kubepods-pod${under}.slice:cri-containerd:${a}`,
    a,
    'containerd',
    null,
    null,
  ],
  [`/default/${a}`, a, 'containerd', null, null],
  [`/system.slice/nerdctl-${a}.scope`, a, 'containerd', null, null],
  [
    `/docker/${b}/docker/buildkit/x6a9f0p8gq2k1d3s5h7j9l0z2`,
    'x6a9f0p8gq2k1d3s5h7j9l0z2',
    'buildkit',
    null,
    null,
  ],
  [`/ecs/cluster/${'12'.repeat(16)}/${a}`, a, 'ecs', null, null],
  [`/ecs/${'12'.repeat(16)}/${'12'.repeat(16)}-1234567`, `${'12'.repeat(16)}-1234567`, 'ecs', null, null],
  ['/lxc.payload.web', 'web', 'lxc', null, null],
  ['/lxc/web/system.slice/x.service', 'web', 'lxc', null, null],
  ['/machine.slice/systemd-nspawn@deb.service/payload', 'deb', 'nspawn', null, null],
  ['/machine.slice/machine-my\\x2ddeb.scope', 'my-deb', 'nspawn', null, null],
  ['/machine.slice/machine-qemu\\x2d1\\x2dvm.scope', null, null, null, 'machine-qemu-1-vm.scope'],
  // Somebody's own name, with whatever bytes.
  ['/a:b/c.service', null, null, null, 'c.service'],
  ['/x/\x1b[31m', null, null, null, null],
];

test('each way that container runtimes and systemd name control groups is told', () => {
  for (const [path, container, runtime, pod, unit] of paths)
    assert.deepEqual(placeOf(`0::${path}\n`), { container, runtime, pod, unit }, path);
});

test('of the hierarchies of version 1 the one that tells most counts', () => {
  const text = ['12:pids:/', `5:memory:/docker/${a}`, '1:name=systemd:/system.slice/x.service', '0::/'].join(
    '\n',
  );
  assert.equal(placeOf(text).container, a);
  assert.equal(placeOf('3:cpu,cpuacct:/\n1:name=systemd:/system.slice/x.service\n').unit, 'x.service');
});

test('a group that was removed is known by its name, and no text is no place', () => {
  assert.equal(placeOf(`0::/docker/${a} (deleted)\n`).container, a);
  for (const text of ['', '\n', 'nonsense', '0:', '0::', `docker/${a}`])
    assert.deepEqual(placeOf(text), { container: null, runtime: null, pod: null, unit: null }, text);
});
