import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryKernel } from './memory-kernel.ts';

const LINE = ':a:M::AB::/i:';

test('a child user namespace uses its ancestor’s instance until it mounts its own, for good', () => {
  const kernel = new MemoryKernel();
  kernel.host.program('/i', 'host');
  kernel.host.binary('/f', 'AB');
  kernel.foreign.register(LINE);
  const child = kernel.host.unshare('private', { user: true });
  assert.deepEqual(child.exec('/f'), { ok: true, marker: 'host', through: ['a'] });
  child.mount('/own');
  assert.equal(child.exec('/f').ok, false);
  child.umount('/own');
  assert.equal(child.exec('/f').ok, false);
  assert.equal(kernel.host.exec('/f').ok, true);
});

test('the kernel prints its mounts and entries', () => {
  const kernel = new MemoryKernel();
  kernel.foreign.register(LINE);
  const text = kernel.toString();
  assert.match(text, /^host \/proc\/sys\/fs\/binfmt_misc binfmt_misc dev=\d+$/m);
  assert.match(text, /"a" enabled; interpreter \/i; flags: ; offset 0; magic 4142$/m);
});

test('watchers hear of changes by file name, whoever makes them', () => {
  const kernel = new MemoryKernel();
  const heard: string[] = [];
  const stop = kernel.watch((name) => heard.push(name));
  kernel.foreign.register(LINE);
  kernel.foreign.register(LINE); // refused: no event
  kernel.foreign.write('a', '0');
  stop();
  kernel.foreign.status('-1');
  assert.deepEqual(heard, ['register', 'a']);
});
