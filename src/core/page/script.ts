/**
 * What the page does by itself, for browsers as they have been since 2022: it follows the report by server-sent events and
 * says so, or since when it cannot. Without it the page is complete, only not live.
 *
 * New state is laid over the old element by element, never put in its place as a whole: scroll position, focus, selection
 * and opened details stay, and a screen reader hears of the summary only when it differs. Times are told by the keeper's
 * clock, for the reader's may be wrong. A connection that says nothing for 45 s is made again, because a dead tunnel is
 * no error to the browser.
 */
export const pageScript = `
'use strict';
(() => {
  const live = document.getElementById('live');
  const link = document.getElementById('link');
  const word = document.getElementById('link-word');
  const asOf = document.getElementById('link-time');
  const tab = document.getElementById('icon');
  let told = Number(live.dataset.at);
  let heard = Date.now();
  let opened = 0;
  let pause = 1000;
  let source = null;
  let timer = 0;

  const relative = (ms) => {
    const s = Math.round(Math.abs(ms) / 1000);
    const text = s < 120 ? s + ' s' : s < 7200 ? Math.round(s / 60) + ' min'
      : s < 172800 ? Math.round(s / 3600) + ' h' : Math.round(s / 86400) + ' d';
    return ms < -500 ? 'in ' + text : text + ' ago';
  };
  const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };
  const say = (state, text) => {
    link.dataset.state = state;
    write(word, text);
    tab.href = state === 'lost' ? tab.dataset.lost : live.dataset.icon;
    document.title = (state === 'lost' ? 'Connection lost · ' : '') + live.dataset.title;
  };
  const tell = () => {
    const now = told + (Date.now() - heard);
    for (const time of document.querySelectorAll('time'))
      write(time.firstElementChild, relative(now - Date.parse(time.dateTime)));
  };

  const lay = (next, old) => {
    for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const { name } of [...old.attributes])
      if (name !== 'open' && !next.hasAttribute(name)) old.removeAttribute(name);
    const wanted = new Set([...next.children].map((c) => c.id));
    for (const child of [...old.children]) if (child.id && !wanted.has(child.id)) child.remove();
    const known = new Map([...old.children].map((c) => [c.id, c]));
    let at = old.firstChild;
    for (const want of [...next.childNodes]) {
      let have = want.id ? known.get(want.id) : at && !at.id && at.nodeName === want.nodeName ? at : undefined;
      if (have === undefined || have.nodeName !== want.nodeName) {
        old.insertBefore(want, at);
        continue;
      }
      if (have === at) at = at.nextSibling;
      else if (old.moveBefore) old.moveBefore(have, at);
      else old.insertBefore(have, at);
      if (want.nodeType === Node.ELEMENT_NODE) lay(want, have);
      else if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };

  const take = ({ data }) => {
    const box = document.createElement('template');
    box.innerHTML = data;
    const next = box.content.firstElementChild;
    if (next === null || next.id !== 'live') return;
    if (next.dataset.edition !== live.dataset.edition) return location.reload();
    lay(next, live);
    told = Number(live.dataset.at);
    heard = Date.now();
    pause = 1000;
    const date = new Date(told).toISOString();
    asOf.dateTime = date;
    write(asOf.lastElementChild, date.slice(0, 10) + ' ' + date.slice(11, 19) + ' UTC');
    say('live', 'Live,');
    tell();
  };
  const lose = () => {
    source.close();
    source = null;
    say('lost', 'Connection lost, retrying;');
    clearTimeout(timer);
    timer = setTimeout(open, pause);
    pause = Math.min(pause * 2, 15000);
  };
  const open = () => {
    clearTimeout(timer);
    if (source !== null) source.close();
    opened = Date.now();
    source = new EventSource('events');
    source.onmessage = take;
    source.onerror = lose;
  };

  setInterval(() => {
    tell();
    if (source === null) return;
    if (opened > heard) {
      if (Date.now() - opened > 10000) lose();
    } else if (Date.now() - heard > 45000) open();
  }, 1000);
  addEventListener('online', () => { if (source === null) open(); });
  addEventListener('pagehide', () => { if (source !== null) source.close(); });
  addEventListener('pageshow', ({ persisted }) => { if (persisted) open(); });
  word.textContent = 'Connecting;';
  open();
})();
`;
