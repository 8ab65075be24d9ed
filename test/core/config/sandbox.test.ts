import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import {
  deviceName,
  environmentText,
  parseInherited,
  programText,
} from '../../../src/core/config/sandbox.ts';
import { shellWord } from '../../../src/core/text/shell-word.ts';

describe('the places of a sandbox', () => {
  it('name a device as the mount table does, beyond the first 256 too', () => {
    assert.equal(deviceName(0x2e), '0:46');
    assert.equal(deviceName(0x10002c), '0:300');
    assert.equal(deviceName(0x803), '8:3');
    assert.equal(deviceName(17592186119167), '4387:255');
  });

  it('tell a sandbox that found nothing from none', () => {
    assert.equal(parseInherited(undefined), null);
    assert.deepEqual(parseInherited(''), new Set());
    assert.deepEqual(parseInherited('0:46 0:300'), new Set(['0:46', '0:300']));
  });

  it('are read by a shell as they were meant, whatever the words hold', () => {
    const words = ['', 'a b', "it's", '$HOME `id`', 'x\ny', '"', '\\', '--flag=1', '~'];
    const { stdout } = spawnSync('sh', ['-c', `printf '%s|' ${words.map(shellWord).join(' ')}`], {
      encoding: 'utf8',
    });
    assert.equal(stdout, `${words.join('|')}|`);
    assert.match(
      programText(['/usr/bin/node', '/a b/main.mjs']),
      /^#!\/bin\/sh\nexec \/usr\/bin\/node '\/a b\/main.mjs' "\$@"\n$/,
    );
  });

  it('hand on variables of ours, and nothing else', () => {
    const env = { BINFMT_KEEPER_PLATFORMS: "a'b", HOME: '/root', 'BINFMT_KEEPER_X;id': '1', PATH: '/bin' };
    const script = `${environmentText(env)}printf '%s|%s' "$BINFMT_KEEPER_PLATFORMS" "$PATH"; export -p | grep -c HOME=/root`;
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
    assert.equal(stdout, "a'b|/run/binfmt-keeper/bin:/usr/bin:/bin0\n");
  });
});
