import { html, type Markup } from './html.ts';

/**
 * A moment for people and programs: how long ago, which the page's script keeps current, and in UTC. Both are plain to
 * see, for a printed page and one without scripts grow old. Unix times in milliseconds.
 */
export function moment(at: number, now: number): Markup {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return html`at an unknown time`;
  return html`<time datetime="${date.toISOString()}"><span class="rel">${relative(now - at)}</span> <span class="abs">${absolute(at, now)}</span></time>`;
}

/** The time of day in UTC, with the date where it is not that of `now`. */
export function absolute(at: number, now: number): string {
  const [day = '', rest = ''] = iso(at).split('T');
  const time = `${rest.slice(0, 8)} UTC`;
  return iso(now).startsWith(`${day}T`) ? time : `${day} ${time}`;
}

/** How long ago, or how long still, in one unit. The script's function of this name does the same. */
export function relative(ms: number): string {
  const s = Math.round(Math.abs(ms) / 1000);
  const text =
    s < 120
      ? `${s} s`
      : s < 7200
        ? `${Math.round(s / 60)} min`
        : s < 172_800
          ? `${Math.round(s / 3600)} h`
          : `${Math.round(s / 86_400)} d`;
  return ms < -500 ? `in ${text}` : `${text} ago`;
}

function iso(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
