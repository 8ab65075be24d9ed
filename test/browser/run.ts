/**
 * `npm run test:browser`: the page in a real Chromium (Debian package `chromium`). Claims are checked through the DevTools
 * protocol; pictures for eyes go to $BINFMT_KEEPER_ARTIFACTS, or else to browser-pictures/.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { renderLive } from '../../src/core/page/live.ts';
import type { Report } from '../../src/core/report/report.ts';
import { visible } from '../../src/core/text/visible.ts';
import { moment } from '../cli/reports.ts';
import { type Browser, findChromium, startBrowser, type Tab } from './browser.ts';
import { accessibility, contrasts, fits, type Look, picture, visit } from './checks.ts';
import { foreignNames, openRealDaemon } from './real-daemon.ts';
import { scenes, wholesome } from './scenes.ts';
import { type PageServer, servePage } from './server.ts';

const wide = 1280;
const phone = 360;
const looks: readonly Look[] = [
  { name: 'light', dark: false, width: wide, scripts: true },
  { name: 'dark', dark: true, width: wide, scripts: true },
  { name: 'phone', dark: false, width: phone, scripts: true },
  { name: 'phone-dark', dark: true, width: phone, scripts: true },
];
const pid = `document.getElementById('keeper').innerText.match(/pid (\\d+)/)[1]`;
const usual: Look = { name: 'light', dark: false, width: wide, scripts: true };

const program = findChromium();
const pictures = process.env.BINFMT_KEEPER_ARTIFACTS ?? 'browser-pictures';
mkdirSync(pictures, { recursive: true });

if (program === null) {
  console.error('no Chromium: apt-get install --no-install-recommends chromium fonts-dejavu-core');
  process.exitCode = 1;
} else {
  describe('the page in Chromium', () => claims(program));
}

function claims(program: string): void {
  let browser: Browser;
  before(async () => {
    browser = await startBrowser(program);
    console.log(`${browser.version}; pictures in ${pictures}`);
  });
  after(() => browser.close());

  /** A case with its own server and tab, which must not complain. */
  const claim = (
    name: string,
    report: () => Report,
    body: (tab: Tab, server: PageServer) => Promise<void>,
  ): void => {
    void test(name, async () => {
      const server = await servePage(report());
      const tab = await browser.open();
      try {
        await body(tab, server);
        assert.deepEqual(tab.complaints, []);
      } finally {
        await tab.close();
        await server.close();
      }
    });
  };

  for (const [scene, report] of Object.entries(scenes))
    for (const look of looks)
      claim(
        `${scene}, ${look.name}: fits, is readable, breaks no rule of its own`,
        report,
        async (tab, server) => {
          await visit(tab, server.address, look);
          await isLive(tab);
          await fits(tab);
          await contrasts(tab);
          writeFileSync(join(pictures, `${scene}-${look.name}.png`), await picture(tab));
          await tab.evaluate(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`);
          await fits(tab);
          await contrasts(tab);
        },
      );

  for (const look of [
    { ...usual, name: 'noscript', scripts: false },
    { ...usual, name: 'print', print: true },
  ])
    for (const scene of ['trouble', 'well'] as const)
      claim(
        `${scene}, ${look.name}: everything can be read`,
        scenes[scene] ?? wholesome,
        async (tab, server) => {
          await visit(tab, server.address, look);
          writeFileSync(join(pictures, `${scene}-${look.name}.png`), await picture(tab));
          await tab.send('Emulation.setScriptExecutionDisabled', { value: false });
          await fits(tab);
          await contrasts(tab);
          const text = await tab.evaluate<string>('document.body.innerText');
          assert.match(text, /linux\/arm64/);
          assert.match(text, /2026-01-02 03:04:05 UTC/);
          if (look.scripts) return;
          assert.match(text, /State as of/);
          assert.match(text, /Scripts are off/);
          assert.equal(server.listeners(), 0);
        },
      );

  claim(
    'news arrive and leave scroll position, focus, selection and opened details',
    scenes.trouble ?? wholesome,
    async (tab, server) => {
      await visit(tab, server.address, { ...usual, width: phone });
      await isLive(tab);
      await tab.evaluate(`(() => {
      const details = document.getElementById('t-more');
      details.open = true;
      window.row = document.querySelector('#rows-platforms tr');
      const summary = details.querySelector('summary');
      summary.scrollIntoView({ block: 'center' });
      summary.focus({ preventScroll: true });
      window.top0 = summary.getBoundingClientRect().top;
      getSelection().selectAllChildren(summary);
    })()`);
      const calm = wholesome();
      const later = { ...(scenes.trouble ?? wholesome)(), at: moment + 5000 };
      server.show({ ...later, summary: 'a new summary' });
      await shows(tab, '#summary', 'a new summary');
      const kept = await tab.evaluate(`({
      open: document.getElementById('t-more').open,
      focus: document.activeElement === document.querySelector('#t-more summary'),
      selection: getSelection().toString(),
      row: window.row === document.querySelector('#rows-platforms tr'),
      moved: Math.abs(document.querySelector('#t-more summary').getBoundingClientRect().top - window.top0) < 2,
    })`);
      assert.deepEqual(kept, { open: true, focus: true, selection: '16 earlier', row: true, moved: true });
      server.show({ ...calm, at: moment + 9000 });
      await shows(tab, '#word', 'All well');
      assert.equal(await tab.evaluate(`document.querySelector('.problem')`), null);
    },
  );

  claim(
    'what the news leave is what a fresh page would show',
    scenes.trouble ?? wholesome,
    async (tab, server) => {
      await visit(tab, server.address, usual);
      await isLive(tab);
      const reports = [
        ...Object.values(scenes).map((s) => s()),
        ...Object.values(scenes)
          .toReversed()
          .map((s) => s()),
      ];
      for (const [i, one] of reports.entries()) {
        const report = { ...one, at: moment + 1 + i };
        server.show(report);
        await becomes(tab, `document.getElementById('live').dataset.at === '${moment + 1 + i}'`);
        const same = await tab.evaluate<boolean>(`(() => {
        const box = document.createElement('template');
        box.innerHTML = ${JSON.stringify(renderLive(report))};
        const plain = (e) => { const c = e.cloneNode(true);
          for (const t of c.querySelectorAll('time .rel')) t.textContent = '';
          for (const d of c.querySelectorAll('details')) d.removeAttribute('open'); c.normalize(); return c; };
        return plain(box.content.firstElementChild).isEqualNode(plain(document.getElementById('live')));
      })()`);
        assert.ok(same, `report ${i}`);
      }
    },
  );

  claim(
    'a screen reader hears of the summary when it differs, and of nothing else',
    wholesome,
    async (tab, server) => {
      await visit(tab, server.address, usual);
      await isLive(tab);
      await tab.evaluate(`(() => {
      window.heard = [];
      for (const e of document.querySelectorAll('[aria-live],[role=status],[role=alert],[role=log]'))
        new MutationObserver((all) => window.heard.push(...all.map((m) => e.id))).observe(e, { childList: true, characterData: true, subtree: true });
    })()`);
      server.show({ ...wholesome(), at: moment + 60_000 });
      await becomes(tab, `document.getElementById('live').dataset.at === '${moment + 60_000}'`);
      assert.deepEqual(await tab.evaluate('window.heard'), []);
      server.show({ ...wholesome(), at: moment + 61_000, ready: false });
      await becomes(tab, 'window.heard.length > 0');
      assert.deepEqual(await tab.evaluate('[...new Set(window.heard)]'), ['summary']);
    },
  );

  claim(
    'a lost connection is said at once, with the time of what is shown, and comes back by itself',
    wholesome,
    async (tab, server) => {
      await visit(tab, server.address, usual);
      await isLive(tab);
      server.refuse(true);
      await shows(tab, '#link', 'Connection lost, retrying; as of');
      assert.match(
        await tab.evaluate('document.getElementById("link").innerText'),
        /2026-01-02 03:04:05 UTC/,
      );
      assert.match(await tab.evaluate('document.title'), /^Connection lost/);
      writeFileSync(join(pictures, 'lost.png'), await picture(tab));
      await tab.evaluate('scrollTo(0, document.body.scrollHeight)');
      const good = await tab.evaluate<string>(
        `getComputedStyle(document.querySelector('#platforms .ok.state')).color`,
      );
      const stale = await tab.evaluate<string>(`getComputedStyle(document.getElementById('word')).color`);
      assert.notEqual(stale, good, 'what was well is not shown as well');
      const stays = `document.getElementById('link').getBoundingClientRect().top`;
      assert.ok((await tab.evaluate<number>(stays)) >= 0, 'it is seen wherever one reads');
      await contrasts(tab);
      server.refuse(false);
      server.show({ ...wholesome(), at: moment + 7000, summary: 'back again' });
      await isLive(tab);
      await shows(tab, '#summary', 'back again');
      assert.doesNotMatch(await tab.evaluate('document.title'), /lost/);
    },
  );

  claim(
    'a connection on which nothing comes is made anew, and lost if nothing comes then',
    wholesome,
    async (tab, server) => {
      await visit(tab, server.address, usual);
      await isLive(tab);
      const later = (ms: number): Promise<unknown> =>
        tab.evaluate(`{ const before = Date.now; Date.now = () => before() + ${ms}; }`);
      await tab.evaluate(
        'window.made = 0; window.EventSource = class extends EventSource { constructor(to) { super(to); window.made++; } }',
      );
      await later(46_000);
      await becomes(tab, 'window.made === 1');
      await isLive(tab);
      server.mute(true);
      await later(46_000);
      await becomes(tab, 'window.made === 2');
      await isLive(tab);
      await later(11_000);
      await shows(tab, '#link', 'Connection lost, retrying; as of');
      server.mute(false);
      server.refuse(true);
      server.refuse(false);
      await isLive(tab);
    },
  );

  claim('relative times go on without news', wholesome, async (tab, server) => {
    await visit(tab, server.address, usual);
    await isLive(tab);
    const rel = `document.querySelector('#rows-platforms time .rel').textContent`;
    const first = await tab.evaluate<string>(rel);
    assert.match(first, /^\d+ s ago$/);
    await becomes(tab, `${rel} !== ${JSON.stringify(first)}`);
  });

  claim(
    'the page of a keeper that was replaced by another version loads itself anew',
    wholesome,
    async (tab, server) => {
      await visit(tab, server.address, usual);
      await isLive(tab);
      await tab.evaluate('window.before = true');
      server.tell(renderLive(wholesome()).replace(/data-edition="[^"]*"/, 'data-edition="other"'));
      await becomes(tab, 'window.before === undefined && document.readyState === "complete"');
      await isLive(tab);
    },
  );

  claim('names of anybody stay text', scenes.hostile ?? wholesome, async (tab, server) => {
    await visit(tab, server.address, usual);
    await isLive(tab);
    server.show({ ...(scenes.hostile ?? wholesome)(), at: moment + 1 });
    await becomes(tab, `document.getElementById('live').dataset.at === '${moment + 1}'`);
    assert.equal(await tab.evaluate('window.owned ?? null'), null);
    assert.equal(
      await tab.evaluate(
        'document.querySelectorAll("img, iframe, object, [onload], [onerror], script:not(body > script)").length',
      ),
      0,
    );
    const text = await tab.evaluate<string>('document.body.innerText');
    for (const shown of [
      '<img src=x onerror="window.owned=1">',
      'two\\x0alines\\x0d\\x0a\\x1b[31mred',
      '\\u{202e}gnp.exe',
      'שלום',
    ])
      assert.ok(text.includes(shown), shown);
  });

  for (const width of [wide, phone])
    claim(
      `landmarks, headings and a table with headers at ${width} pixels`,
      scenes.many ?? wholesome,
      async (tab, server) => {
        await visit(tab, server.address, { ...usual, width });
        await isLive(tab);
        const nodes = await accessibility(tab);
        const count = (role: string): number => nodes.filter((n) => n.role === role).length;
        for (const role of ['banner', 'main', 'contentinfo', 'table', 'status'])
          assert.equal(count(role), 1, role);
        assert.ok(count('region') >= 5);
        assert.ok(nodes.filter((n) => n.role === 'region').every((n) => n.name !== ''));
        assert.equal(count('columnheader'), 7);
        assert.ok(count('rowheader') >= 36, `${count('rowheader')} row headers`);
        assert.ok(count('heading') > 8);
        const rows = nodes.filter((n) => n.role === 'row').length;
        assert.ok(rows >= 37, `${rows} rows`);
      },
    );

  claim(
    'everything that acts is reached by the keyboard, and is seen to be',
    scenes.trouble ?? wholesome,
    async (tab, server) => {
      await visit(tab, server.address, usual);
      await isLive(tab);
      const reached: string[] = [];
      for (let i = 0; i < 40; i++) {
        for (const type of ['keyDown', 'keyUp'])
          await tab.send('Input.dispatchKeyEvent', {
            type,
            key: 'Tab',
            code: 'Tab',
            windowsVirtualKeyCode: 9,
          });
        const at = await tab.evaluate<string | null>(`(() => { const e = document.activeElement;
        if (e === document.body) return null;
        const s = getComputedStyle(e);
        return s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 2 ? 'no outline: ' + e.outerHTML : e.textContent.slice(0, 40); })()`);
        if (at === null) break;
        reached.push(at);
      }
      const acting = await tab.evaluate<number>('document.querySelectorAll("a[href], summary").length');
      assert.equal(reached.length, acting);
      assert.deepEqual(
        reached.filter((r) => r.startsWith('no outline')),
        [],
      );
      assert.equal(reached[0], 'To the state of things');
    },
  );

  void test('the page of the real daemon follows what happens to it', async () => {
    const daemon = openRealDaemon();
    const tab = await browser.open();
    try {
      const address = await daemon.order('start');
      await visit(tab, address, usual);
      await isLive(tab);
      await shows(tab, '#word', 'Works, needs attention');
      await shows(tab, '#problems', 'adopted-missing');
      await daemon.order('flush');
      await shows(tab, '#timeline', 'were removed');
      await shows(tab, '#word', 'Works, needs attention');
      await daemon.order('foreign');
      for (const name of foreignNames) await shows(tab, '#rows-others', visible(name));
      await shows(tab, '#word', 'All well');
      await fits(tab);
      await contrasts(tab);
      writeFileSync(join(pictures, 'real.png'), await picture(tab));
      await daemon.order('kill');
      await shows(tab, '#link', 'Connection lost, retrying; as of');
      const before = await tab.evaluate<string>(pid);
      await daemon.order('start');
      await isLive(tab);
      await becomes(tab, `${pid} !== ${JSON.stringify(before)}`);
      await shows(tab, '#word', 'All well');
      assert.deepEqual(tab.complaints, []);
    } finally {
      await tab.close();
      await daemon.end();
    }
  });
}

async function isLive(tab: Tab): Promise<void> {
  await becomes(tab, `document.getElementById('link').dataset.state === 'live'`);
}

async function shows(tab: Tab, selector: string, text: string): Promise<void> {
  await becomes(tab, `document.querySelector('${selector}').innerText.includes(${JSON.stringify(text)})`);
}

/** Waits until an expression in the page is true, also over a reload; how long is the limit of a case that fails. */
async function becomes(tab: Tab, expression: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await tab.evaluate<boolean>(expression).catch(() => false))) {
    if (performance.now() > end) throw new Error(`waited in vain for ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
