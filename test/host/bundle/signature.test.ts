import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signatureFault } from '../../../src/host/bundle/signature.ts';

/** Made by minisign 0.11 itself: -G -W, then -S, and -S -l for the older way. */
const key = 'RWRhdinr2/EaCBx06ldQgFn8rMU5/pWD3Yf/tLIUyjxn6AKC7rWwsPxt';
const list = 'a list of checksums\n';
const signed = `untrusted comment: signature from minisign secret key
RURhdinr2/EaCNTpO9YphIyPjELG1/VdMZfinUEwIXlzBanaqxPc/ZvMH4n+0GoO+/ImCuHOqovJ3721cMitGctNRSdr4IoTgQE=
trusted comment: bundle of a test
OAHfj3M5OYtG9HmtlFljcV1Cd5W7F9q2OZKsGt7eUma4mAziOdFDDBwNhUjLwIqT2nNUgWsMSa/vHmt2ujPnCg==
`;
const older = `untrusted comment: signature from minisign secret key
RWRhdinr2/EaCHrk8IM4ZsRht8kGJ5qEcwbomt0HF5c0LY1ivL47eLO7wKJOuq60gO82NGxvNWirUHvFF38o1zXnCEVrQQslRws=
trusted comment: the older way
GUpbcRcBI93AFpDa3tK0OUE0YBpw75hK/6g2OcPrTEcIcMhh0+yHc5jOHKrhZMzyK7NbE2PECqlUFfgSHTTSBw==
`;

test('what minisign signed is verified, by both of its ways', () => {
  assert.equal(signatureFault(list, signed, key), null);
  assert.equal(signatureFault(list, older, key), null);
  assert.equal(signatureFault(list, signed, `untrusted comment: minisign public key\n${key}\n`), null);
});

test('one other byte in list, comment or signature is noticed', () => {
  assert.match(signatureFault(`${list} `, signed, key) ?? '', /not of this list/);
  assert.match(signatureFault(list, signed.replace('bundle of', 'bundle 0f'), key) ?? '', /comment/);
  const lines = signed.split('\n');
  for (let at = 20; at < (lines[1]?.length ?? 0) - 2; at += 7) {
    const line = lines[1] ?? '';
    const other = line[at] === 'A' ? 'B' : 'A';
    const changed = [lines[0], `${line.slice(0, at)}${other}${line.slice(at + 1)}`, ...lines.slice(2)].join(
      '\n',
    );
    assert.notEqual(signatureFault(list, changed, key), null, `at ${at}`);
  }
});
