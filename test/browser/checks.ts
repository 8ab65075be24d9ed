import assert from 'node:assert/strict';
import type { Answer, Tab } from './browser.ts';

/** How somebody looks at the page. */
export interface Look {
  readonly name: string;
  readonly dark: boolean;
  readonly width: number;
  readonly scripts: boolean;
  readonly print?: boolean;
}

/** Loads the address under a look. */
export async function visit(tab: Tab, address: string, look: Look): Promise<void> {
  await tab.send('Emulation.setDeviceMetricsOverride', {
    width: look.width,
    height: look.width < 600 ? 740 : 900,
    deviceScaleFactor: 1,
    mobile: look.width < 600,
  });
  await tab.send('Emulation.setEmulatedMedia', {
    media: look.print === true ? 'print' : 'screen',
    features: [{ name: 'prefers-color-scheme', value: look.dark ? 'dark' : 'light' }],
  });
  await tab.send('Emulation.setScriptExecutionDisabled', { value: !look.scripts });
  await tab.send('Page.navigate', { url: address });
  // The body's end is there when the footer is; asked of the browser, for the page may have no scripts.
  for (;;) {
    if (await hasFooter(tab).catch(() => false)) return; // the document may be another one by now
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function hasFooter(tab: Tab): Promise<boolean> {
  const { root } = await tab.send('DOM.getDocument', { depth: 0 });
  const { nodeId } = await tab.send('DOM.querySelector', {
    nodeId: (root as Answer).nodeId,
    selector: 'footer',
  });
  return nodeId !== 0;
}

/** The whole page as PNG. */
export async function picture(tab: Tab): Promise<Buffer> {
  const { data } = await tab.send('Page.captureScreenshot', { captureBeyondViewport: true });
  return Buffer.from(String(data), 'base64');
}

/** Nothing is wider than the window, so that nobody has to scroll sideways. */
export async function fits(tab: Tab): Promise<void> {
  const found = await tab.evaluate<{ page: number; window: number; wide: string[] }>(`(() => {
    const window = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > window + 1
      && !e.closest('thead, .skip, svg, details:not([open]) > :not(summary)'));
    return { page: document.documentElement.scrollWidth, window, wide: wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)) };
  })()`);
  assert.deepEqual(found, { page: found.window, window: found.window, wide: [] });
}

/** Every text that is seen has the contrast of WCAG AA to what is behind it; icons have the colours of texts. */
export async function contrasts(tab: Tab): Promise<number> {
  const found = await tab.evaluate<{ least: number; texts: number; faint: string[] }>(`(() => {
    const parse = (c) => { const n = c.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
    const light = (c) => { const [r, g, b] = c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const behind = (e) => { for (let at = e; at; at = at.parentElement) { const c = parse(getComputedStyle(at).backgroundColor);
      if (c[3] === 1) return c; if (c[3] !== 0) throw new Error('half transparent: ' + at.outerHTML.slice(0, 80)); } return [255, 255, 255, 1]; };
    let least = 99, texts = 0; const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const e = walker.currentNode.parentElement;
      if (!walker.currentNode.nodeValue.trim() || !e.checkVisibility({ contentVisibilityAuto: true }) || e.closest('script, style, .skip')) continue;
      texts++;
      const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      least = Math.min(least, ratio);
      if (ratio < 4.5) faint.push(ratio.toFixed(2) + ': ' + e.outerHTML.slice(0, 100));
    }
    return { least, texts, faint };
  })()`);
  assert.ok(found.texts > 10, `only ${found.texts} texts were looked at`);
  assert.deepEqual(found.faint, []);
  return found.least;
}

/** One thing as a screen reader finds it. */
export interface Node {
  readonly role: string;
  readonly name: string;
}

/** The page as assistive technology is given it. */
export async function accessibility(tab: Tab): Promise<readonly Node[]> {
  const { nodes } = await tab.send('Accessibility.getFullAXTree');
  const value = (v: unknown): string => String((v as Answer | undefined)?.value ?? '');
  return (nodes as readonly Answer[])
    .filter((n) => n.ignored === false)
    .map((n) => ({ role: value(n.role), name: value(n.name) }));
}
