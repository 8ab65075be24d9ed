import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { escapeControls } from '../../../src/core/text/escape.ts';

const data = fc.array(fc.string({ unit: fc.nat(255).map((n) => String.fromCharCode(n)) }));

test('printed JSON and YAML hold no control character and are read back as they were', () => {
  fc.assert(
    fc.property(data, (given) => {
      const json = escapeControls(JSON.stringify(given));
      const yaml = escapeControls(stringify(given));
      assert.doesNotMatch(json, /\p{Cc}/u);
      assert.doesNotMatch(yaml.replaceAll(/[\n\t]/g, ''), /\p{Cc}/u, JSON.stringify(yaml));
      assert.deepEqual(JSON.parse(json), given);
      assert.deepEqual(parse(yaml), given);
    }),
  );
});
