import assert from 'node:assert/strict';
import type { Instance } from '../../src/host/instance/instance.ts';
import type { World } from './world.ts';

/** What host and kernel promise each other, run on the fake kernel and on the real one. Names are claims. */
export const cases: { readonly [claim: string]: (world: World) => void } = {
  'the newest of two entries that match runs, and registering again moves to the front': (w) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'A', 'one');
    register(w, 'b', 'AB', 'two');
    assert.deepEqual(instance.names(), ['b', 'a']);
    assert.equal(w.exec(file), 'two');
    w.write(`${main}/a`, '-1');
    register(w, 'a', 'A', 'one');
    assert.deepEqual(instance.names(), ['a', 'b']);
    assert.equal(w.exec(file), 'one');
  },

  'a taken name is refused with EEXIST and keeps its old entry': (w) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'AB', 'one');
    const before = instance.read('a');
    assert.equal(code(instance.register(line('a', 'AB', `${w.dir}/two`))), 'EEXIST');
    assert.equal(w.write(`${main}/register`, `:register:M::AB::${w.dir}/two:`), 'EEXIST');
    assert.equal(w.write(`${main}/register`, `:status:M::AB::${w.dir}/two:`), 'EEXIST');
    assert.deepEqual(instance.read('a'), before);
    assert.equal(w.exec(file), 'one');
  },

  'an entry reads back as registered': (w) => {
    const { instance, main } = start(w);
    w.write(`${main}/register`, ':m:M:3:A\\x42\\x00:\\xff\\xF0\\x0f:/no/such thing:FCP\n');
    w.write(`${main}/register`, '!e!E!!exe!!relative/path!C');
    w.write(`${main}/register`, ':p:M::\\x80\xfe::/bin/x:');
    assert.equal(instance.read('m'), null);
    assert.equal(instance.read('e')?.text, 'enabled\ninterpreter relative/path\nflags: OC\nextension .exe\n');
    assert.equal(instance.read('p')?.text, 'enabled\ninterpreter /bin/x\nflags: \noffset 0\nmagic 80fe\n');
    w.write(`${main}/register`, `:m:M:3:A\\x42\\x00:\\xff\\xF0\\x0f:${w.dir}/one:FCP\n`);
    assert.equal(
      instance.read('m')?.text,
      `enabled\ninterpreter ${w.dir}/one\nflags: POCF\noffset 3\nmagic 414200\nmask fff00f\n`,
    );
  },

  'an entry that is gone, or never was, reads as null and changes as ENOENT': (w) => {
    const { instance, main } = start(w);
    register(w, 'a', 'AB', 'one');
    const id = idOf(instance, 'a');
    w.write(`${main}/a`, '-1');
    assert.equal(instance.read('a'), null);
    assert.equal(code(instance.change('a', '-1', id)), 'ENOENT');
    assert.equal(w.write(`${main}/a`, '-1'), 'ENOENT');
  },

  'a glance tells that an entry which was read is gone, whoever has its name now': (w) => {
    const { instance, main } = start(w);
    assert.equal(instance.glance('a'), null);
    register(w, 'a', 'AB', 'one');
    const before = [instance.read('a'), instance.read('a')];
    assert.deepEqual([instance.glance('a'), instance.glance('a')], before);
    w.write(`${main}/a`, '0');
    assert.deepEqual(instance.glance('a'), instance.read('a'));
    w.write(`${main}/a`, '-1');
    assert.equal(instance.glance('a'), 'gone');
    register(w, 'a', 'AB', 'one');
    assert.equal(instance.glance('a'), 'gone');
    assert.notDeepEqual(instance.read('a')?.id, before[0]?.id);
    assert.deepEqual(instance.glance('a'), instance.read('a'));
  },

  'a disabled entry is skipped in favour of the next, until it is enabled': (w) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'AB', 'one');
    register(w, 'b', 'AB', 'two');
    w.write(`${main}/b`, '0\n');
    assert.match(instance.read('b')?.text ?? '', /^disabled\n/);
    assert.equal(w.exec(file), 'one');
    assert.equal(code(instance.change('b', '1', idOf(instance, 'b'))), 'ok');
    assert.equal(w.exec(file), 'two');
  },

  'enabling keeps the identity of an entry': (w) => {
    const { instance, main } = start(w);
    register(w, 'a', 'AB', 'one');
    const id = idOf(instance, 'a');
    w.write(`${main}/a`, '0');
    instance.change('a', '1', id);
    assert.deepEqual(idOf(instance, 'a'), id);
  },

  'status 0 stops every entry, lets others register, and 1 brings all back': (w) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'AB', 'one');
    w.write(`${main}/status`, '0');
    assert.equal(instance.enabled(), false);
    assert.equal(w.exec(file), 'ENOEXEC');
    register(w, 'b', 'AB', 'two');
    assert.equal(w.exec(file), 'ENOEXEC');
    assert.equal(code(instance.enable()), 'ok');
    assert.equal(instance.enabled(), true);
    assert.equal(w.exec(file), 'two');
  },

  'status -1 deletes every entry': (w) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'AB', 'one');
    register(w, 'b', 'AB', 'two');
    w.write(`${main}/status`, '-1\n');
    assert.deepEqual(instance.names(), []);
    assert.equal(w.exec(file), 'ENOEXEC');
  },

  'only 0, 1 and -1 may be written to status and entries': (w) => {
    const { main } = start(w);
    register(w, 'a', 'AB', 'one');
    for (const name of ['status', 'a']) {
      for (const value of ['2', ' 1', '1\n\n', '-1 ', '01', 'x']) {
        assert.equal(w.write(`${main}/${name}`, value), 'EINVAL', JSON.stringify(value));
      }
    }
  },

  'the instance never writes to status or register as if they were entries': (w) => {
    const { instance } = start(w);
    register(w, 'a', 'AB', 'one');
    for (const name of ['status', 'register', '', '.', '..', '../a', 'x/../a', 'a\0']) {
      assert.equal(code(instance.change(name, '-1', idOf(instance, 'a'))), 'EINVAL', name);
    }
    assert.deepEqual(instance.names(), ['a']);
  },

  'an identical entry registered again under the same name is another one: ESTALE': (w) => {
    const { instance, main } = start(w);
    register(w, 'a', 'AB', 'one');
    const old = instance.read('a');
    assert.ok(old);
    w.write(`${main}/a`, '-1');
    register(w, 'a', 'AB', 'one');
    assert.equal(instance.read('a')?.text, old.text);
    assert.equal(code(instance.change('a', '-1', old.id)), 'ESTALE');
    assert.equal(code(instance.change('a', '1', old.id)), 'ESTALE');
    assert.equal(code(instance.change('a', '-1', idOf(instance, 'a'))), 'ok');
    assert.equal(instance.read('a'), null);
  },

  'F pins the file: rename and unlink do not touch what runs': (w) => {
    const { file } = start(w);
    register(w, 'f', 'AB', 'one', 'F');
    w.rename(`${w.dir}/two`, `${w.dir}/one`);
    assert.equal(w.exec(file), 'one');
    w.unlink(`${w.dir}/one`);
    assert.equal(w.exec(file), 'one');
  },

  'without F the path is looked up at each execution': (w) => {
    const { file } = start(w);
    register(w, 'a', 'AB', 'one');
    w.rename(`${w.dir}/two`, `${w.dir}/one`);
    assert.equal(w.exec(file), 'two');
    w.chmod(`${w.dir}/one`, false);
    assert.equal(w.exec(file), 'EACCES');
    w.unlink(`${w.dir}/one`);
    assert.equal(w.exec(file), 'ENOENT');
  },

  'F serves callers who cannot see the interpreter': (w) => {
    const { main } = start(w);
    w.binary(`${w.dir}/jail/file`, 'AB');
    register(w, 'a', 'AB', 'one');
    assert.equal(w.exec('/file', `${w.dir}/jail`), 'ENOENT');
    w.write(`${main}/a`, '-1');
    register(w, 'a', 'AB', 'one', 'F');
    assert.equal(w.exec('/file', `${w.dir}/jail`), 'one');
  },

  'F denies writing to the interpreter, and is refused while somebody writes': (w) => {
    const { instance } = start(w);
    register(w, 'f', 'AB', 'one', 'F');
    assert.equal(w.openForWriting(`${w.dir}/one`).result, 'ETXTBSY');
    const writer = w.openForWriting(`${w.dir}/two`);
    assert.equal(writer.result, 'ok');
    assert.equal(code(instance.register(line('g', 'CD', `${w.dir}/two`, 'F'))), 'ETXTBSY');
    writer.close();
    assert.equal(code(instance.register(line('g', 'CD', `${w.dir}/two`, 'F'))), 'ok');
  },

  'F looks at the interpreter before the name: a missing one says ENOENT even for a taken name': (w) => {
    const { instance } = start(w);
    register(w, 'a', 'AB', 'one');
    assert.equal(code(instance.register(line('a', 'AB', `${w.dir}/none`, 'F'))), 'ENOENT');
    assert.equal(code(instance.register(line('a', 'AB', `${w.dir}/two`, 'F'))), 'EEXIST');
    w.chmod(`${w.dir}/two`, false);
    assert.equal(code(instance.register(line('b', 'AB', `${w.dir}/two`, 'F'))), 'EACCES');
  },

  'F keeps the file system of the interpreter busy': (w) => {
    const { main } = start(w);
    w.cover(`${w.dir}/disk`);
    w.program(`${w.dir}/disk/i`, 'disk');
    register(w, 'f', 'AB', 'disk/i', 'F');
    assert.equal(w.umount(`${w.dir}/disk`), 'EBUSY');
    w.write(`${main}/f`, '-1');
    assert.equal(w.umount(`${w.dir}/disk`), 'ok');
  },

  'entries die with the last mount, and the next one starts empty and enabled': (w) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'AB', 'one');
    w.write(`${main}/status`, '0');
    instance.close();
    assert.equal(w.umount(main), 'ok');
    assert.equal(w.exec(file), 'ENOEXEC');
    w.mount(main);
    const fresh = opened(w, main);
    assert.deepEqual([fresh.names(), fresh.enabled()], [[], true]);
    assert.notDeepEqual(fresh.root, instance.root);
  },

  'a held descriptor makes umount EBUSY; umount -l passes and everything goes on through the descriptor': (
    w,
  ) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'AB', 'one');
    assert.equal(w.umount(main), 'EBUSY');
    assert.equal(w.detach(main), 'ok');
    assert.equal(w.exec(file), 'one');
    assert.equal(code(instance.register(line('b', 'AB', `${w.dir}/two`))), 'ok');
    assert.equal(code(instance.change('a', '-1', idOf(instance, 'a'))), 'ok');
    assert.equal(w.exec(file), 'two');
    w.mount(main);
    assert.deepEqual(opened(w, main).names(), ['b']);
  },

  'the last descriptor of an unmounted instance takes its entries along': (w) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'AB', 'one');
    w.detach(main);
    instance.close();
    assert.equal(w.exec(file), 'ENOEXEC');
  },

  'a second mount shows the same instance and keeps it alive': (w) => {
    const { instance, main, file } = start(w);
    const anchor = `${w.dir}/anchor`;
    register(w, 'a', 'AB', 'one');
    instance.close();
    assert.equal(w.mount(anchor), 'ok');
    assert.equal(w.umount(main), 'ok');
    assert.equal(w.exec(file), 'one');
    const second = opened(w, anchor);
    assert.deepEqual(second.names(), ['a']);
    assert.deepEqual(second.root, instance.root);
    w.mount(main);
    assert.deepEqual(opened(w, main).names(), ['a']);
  },

  'mounting twice on the same place is EBUSY': (w) => {
    const { main } = start(w);
    assert.equal(w.mount(main), 'EBUSY');
  },

  'an over-mount hides the path and changes nothing for the descriptor': (w) => {
    const { instance, main, file } = start(w);
    assert.equal(w.cover(main), 'ok');
    assert.equal(w.write(`${main}/register`, `:a:M::AB::${w.dir}/one:`), 'ENOENT');
    const other = w.open(main);
    assert.equal(other.ok ? 'ok' : other.code, 'ENOTBINFMT');
    assert.equal(code(instance.register(line('a', 'AB', `${w.dir}/one`))), 'ok');
    assert.deepEqual(instance.names(), ['a']);
    assert.equal(w.exec(file), 'one');
    assert.equal(w.umount(main), 'ok');
    assert.deepEqual(opened(w, main).names(), ['a']);
  },

  'a binfmt_misc mounted over something over it is the same instance': (w) => {
    const { instance, main } = start(w);
    w.cover(main);
    assert.equal(w.mount(main), 'ok');
    assert.deepEqual(opened(w, main).root, instance.root);
  },

  'a read-only remount of one mount refuses writes through all with EROFS, and executions go on': (w) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'AB', 'one');
    const id = idOf(instance, 'a');
    w.mount(`${w.dir}/anchor`);
    assert.equal(w.remount(main, 'ro'), 'ok');
    assert.equal(code(instance.register(line('b', 'AB', `${w.dir}/two`))), 'EROFS');
    assert.equal(code(instance.change('a', '-1', id)), 'EROFS');
    assert.equal(code(instance.enable()), 'EROFS');
    assert.equal(w.write(`${w.dir}/anchor/register`, `:b:M::AB::${w.dir}/two:`), 'EROFS');
    assert.equal(w.exec(file), 'one');
    assert.equal(w.remount(main, 'rw'), 'ok');
    assert.equal(code(instance.change('a', '-1', id)), 'ok');
  },

  'an instance is empty until something is registered, and after a flush': (w) => {
    const { instance, main } = start(w);
    assert.equal(instance.isEmpty(), true);
    register(w, 'a', 'AB', 'one');
    w.write(`${main}/status`, '0');
    w.write(`${main}/a`, '0');
    assert.equal(instance.isEmpty(), false);
    w.write(`${main}/status`, '-1');
    assert.equal(instance.isEmpty(), true);
  },

  'lines that are written in one go are one registration each, and nothing stays open for writing': (w) => {
    const { instance, main, file } = start(w);
    w.program(`${w.dir}/two`, 'two');
    const outcomes = instance.batch(() => {
      const inner = instance.batch(() => instance.register(line('a', 'A', `${w.dir}/one`)));
      const others = ['a', 'b'].map((name) => instance.register(line(name, 'AB', `${w.dir}/two`)));
      return [inner, ...others].map(code);
    });
    assert.deepEqual(outcomes, ['ok', 'EEXIST', 'ok']);
    assert.deepEqual(instance.names(), ['b', 'a']);
    assert.equal(w.exec(file), 'two');
    assert.throws(() => instance.batch(() => assert.fail('amid a batch')), /amid a batch/);
    assert.equal(w.remount(main, 'ro'), 'ok');
    assert.equal(
      instance.batch(() => code(instance.register(line('c', 'AB', '/x')))),
      'EROFS',
    );
    assert.equal(w.remount(main, 'rw'), 'ok');
    assert.equal(
      instance.batch(() => code(instance.register(line('c', 'AB', '/x')))),
      'ok',
    );
  },

  'opening tells a missing directory and another file system': (w) => {
    const missing = w.open(`${w.dir}/none`);
    assert.equal(missing.ok ? 'ok' : missing.code, 'ENOENT');
    const other = w.open(w.dir);
    assert.equal(other.ok ? 'ok' : other.code, 'ENOTBINFMT');
  },

  'the lock excludes a second descriptor, through another mount too, until the first is closed': (w) => {
    const { instance, main } = start(w);
    w.mount(`${w.dir}/anchor`);
    const [second, third] = [opened(w, main), opened(w, `${w.dir}/anchor`)];
    assert.equal(code(instance.lock()), 'ok');
    assert.equal(code(instance.lock()), 'ok');
    assert.equal(code(second.lock()), 'EAGAIN');
    assert.equal(code(third.lock()), 'EAGAIN');
    instance.close();
    assert.equal(code(second.lock()), 'ok');
    assert.equal(code(third.lock()), 'EAGAIN');
    second.unlock();
    assert.equal(code(third.lock()), 'ok');
  },

  'names are bytes: newlines, blanks and invalid UTF-8 are names too': (w) => {
    const { instance } = start(w);
    const names = ['\xff\xfe', 'a\nenabled', ' ', '\xc3\xa9', '-1'];
    for (const name of names) assert.equal(code(instance.register(line(name, 'AB', '/x'))), 'ok', name);
    assert.deepEqual(instance.names(), names.toReversed());
    for (const name of names) {
      assert.match(instance.read(name)?.text ?? '', /^enabled\n/);
      assert.equal(code(instance.change(name, '-1', idOf(instance, name))), 'ok', name);
    }
    assert.deepEqual(instance.names(), []);
  },

  'a register string has 11 to 1920 bytes': (w) => {
    const { instance } = start(w);
    const long = (size: number): Buffer =>
      line('a', 'AB', '/'.padEnd(size - line('a', 'AB', '').length, 'x'));
    assert.equal(long(1920).length, 1920);
    assert.equal(code(instance.register(long(1921))), 'EINVAL');
    assert.equal(code(instance.register(long(1920))), 'ok');
    assert.match(instance.read('a')?.text ?? '', /^enabled\ninterpreter \/x{1800,}\n/);
    assert.equal(code(instance.register(latin1(':b:M::A::x'))), 'EINVAL');
    assert.equal(code(instance.register(latin1(':b:M::A::x:'))), 'ok');
  },

  'offset and magic end at byte 256, and names at 255': (w) => {
    const { instance } = start(w);
    const at = (offset: string): string => code(instance.register(latin1(`:a${offset}:M:${offset}:AB::/x:`)));
    assert.deepEqual(['254', '255', '+4', '010', '0x10', '-1', ' 4'].map(at), [
      'ok',
      'EINVAL',
      'ok',
      'ok',
      'EINVAL',
      'EINVAL',
      'EINVAL',
    ]);
    assert.match(instance.read('a010')?.text ?? '', /\noffset 10\n/);
    assert.equal(code(instance.register(line('whole', 'A'.repeat(256), '/x'))), 'ok');
    assert.equal(code(instance.register(line('more', 'A'.repeat(257), '/x'))), 'EINVAL');
    assert.equal(code(instance.register(line('n'.repeat(255), 'AB', '/x'))), 'ok');
    assert.equal(code(instance.register(line('n'.repeat(256), 'AB', '/x'))), 'ENAMETOOLONG');
  },

  'malformed lines are EINVAL and leave nothing behind': (w) => {
    const { instance } = start(w);
    for (const bad of [
      ':a:M::AB::/bin/x', // no delimiter before the flags
      ':a:M::AB::/bin/x:X',
      ':a:M::AB::/bin/x:f',
      ':a:M::AB::/bin/x:\r\n',
      ':a:M::AB::/bin/x:\n\n',
      ':a:m::AB::/bin/x:',
      ':a:X::AB::/bin/x:',
      '::M::AB::/bin/x:',
      ':.:M::AB::/bin/x:',
      ':..:M::AB::/bin/x:',
      ':a/b:M::AB::/bin/x:',
      ':a:M::::/bin/x:',
      ':a:M::AB::::::',
      ':a:M::AB:\\xff:/bin/x:',
      ':a:M::\\xg0::/bin/x:',
      ':a:M::\\x4::/bin/x:',
      ':a:E::a/b::/bin/x:',
      ':a:E::::/bin/x:',
      'PaPMPPABPP/bin/xP',
      ':a:M::AB::/bin/x:\n:b:M::AB::/bin/x:',
    ]) {
      assert.equal(code(instance.register(latin1(bad))), 'EINVAL', JSON.stringify(bad));
    }
    assert.deepEqual(instance.names(), []);
  },

  'masked bits do not count, and offsets are honoured': (w) => {
    const { instance, file } = start(w);
    instance.register(latin1(`:mask:M::\\x41\\x00:\\xff\\x00:${w.dir}/one:`));
    assert.equal(w.exec(file), 'one');
    instance.register(latin1(`:offset:M:1:B::${w.dir}/two:`));
    assert.equal(w.exec(file), 'two');
  },

  'short files are padded with zeros, so a magic of zeros takes them, and their interpreters too': (w) => {
    const { instance, file } = start(w);
    instance.register(latin1(`:zeros:M:252:\\x00\\x00\\x00\\x00::${w.dir}/one:`));
    assert.equal(w.exec(file), 'ELOOP');
    instance.change('zeros', '-1', idOf(instance, 'zeros'));
    assert.equal(w.exec(file), 'ENOEXEC');
  },

  'a raw NUL cuts the magic': (w) => {
    const { instance } = start(w);
    assert.equal(code(instance.register(latin1(':a:M::AB\0CD::/bin/x:'))), 'ok');
    assert.match(instance.read('a')?.text ?? '', /\nmagic 4142\n$/);
  },

  'an extension is what follows the last dot of the path': (w) => {
    const { instance } = start(w);
    instance.register(latin1(`:e:E::tar.gz::${w.dir}/one:`));
    instance.register(latin1(`:z:E::gz::${w.dir}/two:`));
    w.binary(`${w.dir}/x.tar.gz`, 'ZZ');
    w.binary(`${w.dir}/gz`, 'ZZ');
    assert.equal(w.exec(`${w.dir}/x.tar.gz`), 'two');
    assert.equal(w.exec(`${w.dir}/gz`), 'ENOEXEC');
  },

  'interpreters that are for other interpreters run in a chain of five, and no more': (w) => {
    const { instance } = start(w);
    for (let i = 0; i < 6; i++) {
      w.binary(`${w.dir}/c${i}`, `CHAIN${i}`);
      instance.register(line(`c${i}`, `CHAIN${i}`, i === 0 ? `${w.dir}/one` : `${w.dir}/c${i - 1}`));
    }
    assert.equal(w.exec(`${w.dir}/c4`), 'one');
    assert.equal(w.exec(`${w.dir}/c5`), 'ELOOP');
  },

  'an entry for the native format stops every program, and deleting it by a plain write restores them': (
    w,
  ) => {
    const { instance } = start(w);
    instance.register(line('native', '\\x7fELF', `${w.dir}/one`));
    assert.equal(w.exec(`${w.dir}/two`), 'ELOOP');
    assert.equal(code(instance.change('native', '-1', idOf(instance, 'native'))), 'ok');
    assert.equal(w.exec(`${w.dir}/two`), 'two');
  },

  'a mount in another mount namespace keeps entries alive, until that namespace ends': (w) => {
    const { instance, main, file } = start(w);
    register(w, 'a', 'AB', 'one');
    instance.close();
    const other = w.container('private');
    assert.equal(w.umount(main), 'ok');
    assert.equal(w.exec(file), 'one');
    assert.equal(other.write(`${main}/register`, `:b:M::AB::${w.dir}/two:`), 'ok');
    assert.equal(w.exec(file), 'two');
    other.end();
    eventually(() => w.exec(file), 'ENOEXEC');
  },

  'a mount made below a shared mount appears outside and outlives the namespace that made it': (w) => {
    const run = `${w.dir}/run`;
    const anchor = `${run}/anchor`;
    const { instance, main, file } = start(w);
    w.cover(run);
    w.program(`${run}/here`, 'here');
    w.share(run);
    const container = w.container('unchanged');
    assert.equal(container.mount(anchor), 'ok');
    register(w, 'a', 'AB', 'one');
    instance.close();
    container.end();
    assert.equal(w.umount(main), 'ok');
    assert.equal(w.exec(file), 'one');
    assert.deepEqual(opened(w, anchor).names(), ['a']);
    w.detach(anchor);
  },

  'an umount propagates between peers, both ways': (w) => {
    const run = `${w.dir}/run`;
    const anchor = `${run}/anchor`;
    w.cover(run);
    w.share(run);
    const container = w.container('unchanged');
    container.mount(anchor);
    assert.equal(w.umount(anchor), 'ok');
    assert.equal(container.umount(anchor), 'EINVAL');
    w.mount(anchor);
    assert.equal(container.umount(anchor), 'ok');
    assert.equal(w.umount(anchor), 'EINVAL');
  },

  'a slave receives mounts and sends none; a private namespace does neither': (w) => {
    const run = `${w.dir}/run`;
    w.cover(run);
    w.share(run);
    const [slave, apart] = [w.container('slave'), w.container('private')];
    w.mount(`${run}/a`);
    assert.equal(apart.umount(`${run}/a`), 'EINVAL');
    assert.equal(slave.umount(`${run}/a`), 'ok');
    assert.equal(w.umount(`${run}/a`), 'ok');
    slave.mount(`${run}/b`);
    assert.equal(w.umount(`${run}/b`), 'EINVAL');
  },
};

/** binfmt_misc mounted on `main` and opened, interpreters `one` and `two`, and a file for them that begins with AB. */
function start(w: World): { instance: Instance; main: string; file: string } {
  const [main, file] = [`${w.dir}/main`, `${w.dir}/file`];
  assert.equal(w.mount(main), 'ok');
  w.program(`${w.dir}/one`, 'one');
  w.program(`${w.dir}/two`, 'two');
  w.binary(file, 'AB');
  return { instance: opened(w, main), main, file };
}

function opened(w: World, path: string): Instance {
  const result = w.open(path);
  assert.ok(result.ok, `cannot open ${path}`);
  return result.instance;
}

/** Registers by a plain write to the main mount. */
function register(w: World, name: string, magic: string, interpreter: string, flags = ''): void {
  const text = line(name, magic, `${w.dir}/${interpreter}`, flags).toString('latin1');
  assert.equal(w.write(`${w.dir}/main/register`, text), 'ok');
}

function line(name: string, magic: string, interpreter: string, flags = ''): Buffer {
  return latin1(`:${name}:M::${magic}::${interpreter}:${flags}`);
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function idOf(instance: Instance, name: string): { dev: number; ino: number; ctimeMs: number } {
  const entry = instance.read(name);
  assert.ok(entry, `no entry ${JSON.stringify(name)}`);
  return entry.id;
}

function code(outcome: { ok: true } | { ok: false; code: string }): string {
  return outcome.ok ? 'ok' : outcome.code;
}

/** The kernel lets go of a namespace's mounts some time after its last process ended. */
function eventually(look: () => string, wanted: string): void {
  for (let i = 0; i < 1000 && look() !== wanted; i++);
  assert.equal(look(), wanted);
}
