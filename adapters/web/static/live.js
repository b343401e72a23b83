// Keeps an open page true: takes the pieces that changed from the stream of
// events, or, where there is none, from the page itself now and then. Without
// this script everything works by reloading.
(() => {
  'use strict';
  const body = document.body;
  const on = body.dataset.shows; // not data-on: templates take names in on… for scripts
  document.documentElement.classList.add('scripting');
  const byId = (id) => document.getElementById(id);

  // A panel that answers a tap has the focus, so that it is read out.
  const ok = location.hash === '#ok' && byId('ok');
  if (ok) ok.focus({ preventScroll: true });
  const log = byId('log');
  if (log) log.scrollTop = log.scrollHeight;

  turnPages();
  const pill = byId('pill');
  const words = byId('pill-words');
  if (!on || !pill || pill.classList.contains('over')) return;

  let at = body.dataset.at;   // how far this page has been told
  let heard = 0;              // when it was last told anything, by our clock
  let clock = '';             // the venue's clock then
  let source = null;
  let asking = 0;
  let paused = sessionStorage.getItem('paused') === '1';
  let told = false;           // the banner has said that the page is not live
  const fresh = new Set();
  const waiting = new Map();  // pieces to change once the focus has left them

  function pieces(id) {
    return [...document.querySelectorAll('[data-live]')].filter((el) => el.dataset.live === id);
  }

  function put(el, html) {
    if (el.contains(document.activeElement) && el !== document.activeElement) {
      waiting.set(el, html);
      return;
    }
    if (el.innerHTML.trim() === html.trim()) return;
    el.innerHTML = html;
    el.classList.remove('changed');
    void el.offsetWidth;
    if (el.matches('li')) el.classList.add('changed');
  }

  document.addEventListener('focusout', () => {
    setTimeout(() => {
      for (const [el, html] of [...waiting]) {
        if (!el.contains(document.activeElement)) {
          waiting.delete(el);
          put(el, html);
        }
      }
    }, 0);
  });

  // An entry of a list is put at its end; one that is there is replaced.
  function entry(id, html) {
    const list = [...document.querySelectorAll('[data-list]')].find((l) => id.startsWith(l.dataset.list));
    if (!list) return;
    const holder = document.createElement('template');
    holder.innerHTML = html;
    const el = holder.content.firstElementChild;
    const old = byId(id);
    if (old) {
      old.replaceWith(el);
      return;
    }
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    list.append(el);
    el.classList.add('changed');
    if (atEnd) list.scrollTop = list.scrollHeight;
    const none = byId(list.id + '-empty');
    if (none) none.hidden = true;
  }

  function news(n) {
    heard = Date.now();
    clock = n.time;
    if (n.refetch) refetch();
    for (const [id, html] of n.html || []) {
      const els = pieces(id);
      els.forEach((el) => put(el, html));
      if (!els.length) entry(id, html);
    }
    for (const slug of n.fresh || []) if (!pieces('row:' + slug).length) fresh.add(slug);
    showFresh();
    show();
  }

  function showFresh() {
    const line = byId('fresh');
    if (!line || !line.dataset.all || !fresh.size) return;
    line.textContent = fresh.size === 1 ? '1 new project. ' : fresh.size + ' new projects. ';
    const a = document.createElement('a');
    a.href = '/';
    a.textContent = 'Show';
    line.append(a);
  }

  // The page itself, for when the stream can't tell what changed.
  async function refetch() {
    const answer = await fetch(location.href, { credentials: 'same-origin', headers: { Accept: 'text/html' } });
    if (!answer.ok) throw new Error('no page');
    const doc = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const el of document.querySelectorAll('[data-live]')) {
      const twin = [...doc.querySelectorAll('[data-live]')].find((t) => t.dataset.live === el.dataset.live);
      if (twin) put(el, twin.innerHTML);
    }
    for (const el of doc.querySelectorAll('[data-live^="row:"]')) {
      if (!pieces(el.dataset.live).length) fresh.add(el.dataset.live.slice(4));
    }
    for (const list of document.querySelectorAll('[data-list]')) {
      const twin = doc.getElementById(list.id);
      if (!twin) continue;
      for (const li of twin.children) if (!byId(li.id)) entry(li.id, li.outerHTML);
    }
    at = doc.body.dataset.at;
    heard = Date.now();
    const stamp = doc.getElementById('pill-words');
    const time = stamp && stamp.textContent.match(/\d\d:\d\d/);
    if (time) clock = time[0];
    showFresh();
    show();
  }

  function show() {
    const age = heard ? Date.now() - heard : 0;
    const stale = !paused && heard && age > 60000;
    pill.classList.toggle('paused', paused);
    pill.classList.toggle('stale', Boolean(stale));
    pill.classList.toggle('live', Boolean(!paused && !stale && heard));
    const notice = byId('notice');
    if (paused) {
      words.textContent = clock ? 'Paused ' + clock : 'Paused';
    } else if (stale) {
      words.textContent = 'From ' + clock + ', ' + Math.floor(age / 60000) + ' min old. Trying again.';
      if (notice && !told) notice.textContent = 'Not live since ' + clock + '.';
      told = true;
    } else if (heard) {
      words.textContent = 'Live ' + clock;
      if (notice && told) notice.textContent = '';
      told = false;
    }
  }

  function open() {
    if (paused || source) return;
    source = new EventSource('/events?on=' + encodeURIComponent(on) + '&at=' + encodeURIComponent(at));
    source.onmessage = (e) => {
      if (e.lastEventId) at = e.lastEventId;
      news(JSON.parse(e.data));
    };
    source.onerror = () => {
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        ask();
      }
    };
  }

  // Where no stream opens, the page is asked for, and a stream tried again.
  function ask() {
    clearTimeout(asking);
    asking = setTimeout(() => {
      if (paused) return;
      refetch().catch(() => {}).finally(() => (source ? null : open()));
    }, 10000 + Math.random() * 5000);
  }

  const pause = byId('pause');
  function pauseWords() {
    if (pause) pause.textContent = paused ? 'Go on with live updates' : 'Pause live updates';
  }
  if (pause) {
    pause.addEventListener('click', (e) => {
      e.preventDefault();
      paused = !paused;
      sessionStorage.setItem('paused', paused ? '1' : '0');
      if (paused && source) {
        source.close();
        source = null;
      }
      pauseWords();
      show();
      open();
    });
  }

  const aloud = byId('aloud');
  if (aloud && log) {
    aloud.addEventListener('click', () => {
      const now = log.getAttribute('aria-live') !== 'polite';
      log.setAttribute('aria-live', now ? 'polite' : 'off');
      aloud.setAttribute('aria-pressed', String(now));
      aloud.textContent = now ? 'Stop reading aloud' : 'Read new messages aloud';
    });
  }

  addEventListener('pagehide', () => {
    if (source) source.close();
    source = null;
  });
  addEventListener('pageshow', (e) => {
    if (e.persisted) open();
  });
  setInterval(show, 2000);
  pauseWords();
  show();
  open();

  // Screens show one page of rows at a time.
  function turnPages() {
    const pages = [...document.querySelectorAll('.turn')];
    const seconds = Number(body.dataset.turn);
    if (!seconds || pages.length < 2) return;
    let n = 0;
    let still = false;
    const label = byId('turn');
    const turn = (to) => {
      n = (to + pages.length) % pages.length;
      pages.forEach((p, i) => { p.hidden = i !== n; });
      label.textContent = (n + 1) + ' of ' + pages.length + (still ? ', held' : '');
    };
    turn(0);
    setInterval(() => still || turn(n + 1), seconds * 1000);
    addEventListener('keydown', (e) => {
      if (e.key === ' ') still = !still;
      else if (e.key === 'ArrowRight') n++;
      else if (e.key === 'ArrowLeft') n--;
      else return;
      e.preventDefault();
      turn(n);
    });
  }
})();
