import type { IconName } from './html.ts';

/** Shapes that differ without their colours: 16 units wide, drawn with the current colour. */
const shapes: Readonly<Record<IconName, string>> = {
  ok: '<circle cx="8" cy="8" r="7" fill="currentColor"/><path d="M4.6 8.3l2.4 2.4 4.4-5" fill="none" stroke="var(--back,#fff)" stroke-width="1.8"/>',
  warn: '<path d="M8 .8l7.4 13.7H.6z" fill="currentColor"/><path d="M8 5.4v4.4M8 11.3v1.7" stroke="var(--back,#fff)" stroke-width="1.7"/>',
  bad: '<path d="M4.9.8h6.2l4.1 4.1v6.2l-4.1 4.1H4.9L.8 11.1V4.9z" fill="currentColor"/><path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" stroke="var(--back,#fff)" stroke-width="1.8"/>',
  wait: '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 4.3V8l2.6 1.7" fill="none" stroke="currentColor" stroke-width="1.6"/>',
  idle: '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M5 8h6" stroke="currentColor" stroke-width="1.6"/>',
  pause:
    '<circle cx="8" cy="8" r="7" fill="currentColor"/><path d="M6.2 5v6M9.8 5v6" stroke="var(--back,#fff)" stroke-width="1.8"/>',
};

/** The shapes once for the whole document; `icon` refers to them. */
export const iconSet: string = `<svg width="0" height="0" class="set" aria-hidden="true">${Object.entries(
  shapes,
)
  .map(([name, shape]) => `<symbol id="i-${name}" viewBox="0 0 16 16">${shape}</symbol>`)
  .join('')}</svg>`;

const colours: Readonly<Record<IconName, string>> = {
  ok: '#1a7f37',
  warn: '#b26a00',
  bad: '#c62828',
  wait: '#57606a',
  idle: '#57606a',
  pause: '#0b5cad',
};

/** The icon of the browser's tab as an address that holds it whole. */
export function iconAddress(name: IconName): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" color="${colours[name]}">${shapes[name]}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
