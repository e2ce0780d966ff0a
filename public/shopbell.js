/*! Shopbell's loader, MIT OR Apache-2.0: draws the launcher and the door to a person; loads everything else on intent.
 *
 * <script async src="…/shopbell.js" data-faq="/faq.json" data-backend="…" data-contact="mailto:…"></script>
 *
 * Until the visitor shows intent (pointer near, focus, press, or a command) this file makes no request and stores nothing.
 * It owns the shadow root, the launcher, the human button and the panel's frame; the widget fills the panel. Whatever fails
 * beyond this file, the human button leads to a person: through the widget, else through the door (shopbell-door.js), else
 * through the shop's contact.
 * The only global is `shopbell`, the command queue.
 */
(() => {
  const script = document.currentScript;
  if (!script || script.tagName !== 'SCRIPT' || customElements.get('shop-bell')) return;
  const { faq, backend, contact, language, encoder, answers, identity } = script.dataset;
  const absolute = (address, base = location.href) => address && new URL(address, base).href;
  const base = absolute('.', script.src);
  const settings = {
    backend: absolute(backend && backend.replace(/\/*$/, '/')),
    contact: /^(mailto:|tel:|https?:|[^:]*$)/i.test(contact || '') ? contact : undefined,
  };
  const storageKey = `shopbell:${settings.backend}`;

  // What is on the page before intent, in every language that ships; the rest comes with strings/<language>.json.
  const early = {
    en: ['Ask a question', 'Talk to a human', 'Close', 'An automated assistant answers here, with this shop’s own answers.', 'One moment…'],
    de: ['Frage stellen', 'Mit einem Menschen sprechen', 'Schließen', 'Hier antwortet ein automatischer Assistent mit den Antworten dieses Shops.', 'Einen Moment …'],
    es: ['Hacer una pregunta', 'Hablar con una persona', 'Cerrar', 'Aquí responde un asistente automático, con las respuestas de esta tienda.', 'Un momento…'],
    fr: ['Poser une question', 'Parler à une personne', 'Fermer', 'Ici répond un assistant automatique, avec les réponses de cette boutique.', 'Un instant…'],
    zh: ['提问', '转人工', '关闭', '这里由自动助手回答，内容来自本店的常见问题。', '请稍候…'],
    ar: ['اطرح سؤالاً', 'تحدث إلى إنسان', 'إغلاق', 'يجيب هنا مساعد آلي بإجابات هذا المتجر.', 'لحظة من فضلك…'],
  };
  const wanted = (language || document.documentElement.lang).toLowerCase().split('-')[0];
  settings.language = Object.hasOwn(early, wanted) ? wanted : 'en';
  const [launcherLabel, humanLabel, closeLabel, disclosure, loadingLabel] = early[settings.language];
  const text = { contact_lead: 'You can also reach us here:', contact_page: 'Contact page' };

  const style = new CSSStyleSheet();
  style.replaceSync(`
:host { all: initial; --_accent: var(--shopbell-accent, #0b5d4e); --_on-accent: var(--shopbell-on-accent, #fff);
  --_surface: var(--shopbell-surface, #fff); --_text: var(--shopbell-text, #1c2321); --_line: var(--shopbell-line, #737d7a);
  --_radius: var(--shopbell-radius, 16px); --_font: var(--shopbell-font, system-ui, sans-serif); --_gap: 16px; color-scheme: light dark }
@media (prefers-color-scheme: dark) { :host { --_accent: var(--shopbell-accent, #7fd8c3); --_on-accent: var(--shopbell-on-accent, #06231d);
  --_surface: var(--shopbell-surface, #161b1a); --_text: var(--shopbell-text, #eef3f1); --_line: var(--shopbell-line, #89938f) } }
[hidden] { display: none !important }
* { box-sizing: border-box }
.root { font: 16px/1.45 var(--_font); color: var(--_text) }
button, input, textarea { font: inherit; color: inherit }
button { cursor: pointer }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px }
.dock { position: fixed; z-index: 2147483001; inset-block-end: var(--_gap); inset-inline-end: var(--_gap); display: flex; gap: 8px;
  align-items: center; max-inline-size: calc(100% - 2 * var(--_gap)) }
[part=launcher], [part=human] { border: 1px solid var(--_accent); border-radius: 28px; box-shadow: 0 2px 10px #0003; min-block-size: 48px }
[part=launcher] { inline-size: 56px; block-size: 56px; flex: none; padding: 0; background: var(--_accent); color: var(--_on-accent); position: relative }
[part=launcher] svg { display: block; margin: auto; inline-size: 26px; block-size: 26px }
[part=human] { padding: 0 18px; background: var(--_surface); font-weight: 600 }
:host([data-unread]) [part=launcher]::after { content: attr(data-unread); position: absolute; inset-block-start: -4px; inset-inline-end: -4px;
  min-inline-size: 22px; border-radius: 11px; background: #b3261e; color: #fff; font: 700 13px/22px var(--_font) }
[part=panel] { position: fixed; z-index: 2147483000; inset-inline-end: var(--_gap); inset-block-end: calc(var(--_gap) + 68px); display: flex; flex-direction: column;
  inline-size: min(400px, calc(100% - 2 * var(--_gap))); block-size: min(640px, calc(100dvh - 100px)); background: var(--_surface);
  border: 1px solid var(--_line); border-radius: var(--_radius); box-shadow: 0 8px 40px #0004; overflow: hidden }
[part=close] { position: absolute; inset-block-start: 6px; inset-inline-end: 6px; inline-size: 44px; block-size: 44px; border: 0; border-radius: 50%;
  background: none; font-size: 24px; line-height: 1 }
.content { flex: 1; min-block-size: 0; display: flex; flex-direction: column }
[part=disclosure] { margin: 0; padding: 14px 56px 14px 18px; padding-inline: 18px 56px; border-block-end: 1px solid var(--_line); font-weight: 600 }
.door { padding: 16px 18px; margin: 0; overflow: auto }
.content + .door { border-block-start: 1px solid var(--_line); max-block-size: 55% }
a { color: var(--_accent) }
@media (max-width: 480px) { :host { --_gap: 8px } }
@media (forced-colors: active) { button, [part=panel] { border: 1px solid ButtonText !important } }
@media print { .root { display: none } }`);

  /** An element with attributes and children; text only ever becomes text nodes. */
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    element.append(...children);
    return element;
  };
  const bell = () => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    path.setAttribute('fill', 'currentColor');
    path.setAttribute('d', 'M12 4.5a1.3 1.3 0 0 1 1.3 1.3v.8A7.5 7.5 0 0 1 19.5 14v1.5h-15V14a7.5 7.5 0 0 1 6.2-7.4v-.8A1.3 1.3 0 0 1 12 4.5zM3 17h18v2.5H3z');
    svg.append(path);
    return svg;
  };

  class ShopBell extends HTMLElement {
    constructor() {
      super();
      this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [style];
    }
  }
  customElements.define('shop-bell', ShopBell);

  const host = document.querySelector('shop-bell') || make('shop-bell');
  const launcher = make('button', { part: 'launcher', type: 'button', 'aria-label': launcherLabel, 'aria-haspopup': 'dialog', 'aria-expanded': 'false' }, bell());
  const human = make('button', { part: 'human', type: 'button' }, humanLabel);
  const close = make('button', { part: 'close', type: 'button', 'aria-label': closeLabel }, '×');
  const content = make('div', { class: 'content' });
  const panel = make('section', { part: 'panel', role: 'dialog', 'aria-label': launcherLabel, 'aria-describedby': 'disclosure', tabindex: '-1', hidden: '' }, content, close);
  const dock = make('div', { class: 'dock' }, human, launcher);
  const root = make('div', { class: 'root', dir: settings.language === 'ar' ? 'rtl' : 'ltr', lang: settings.language }, panel, dock);
  host.shadowRoot.append(root);

  let widget; // the started widget
  let loading; // the promise of it
  let words; // the promise of the page's language
  let door; // the plain door, while it is shown
  let gone; // whether all of this was taken off the page
  let opener; // what had the focus before the panel opened

  const tell = (name, detail) => host.dispatchEvent(new CustomEvent(`shopbell:${name}`, { bubbles: true, composed: true, detail }));
  const fill = (...children) => content.replaceChildren(make('p', { part: 'disclosure', id: 'disclosure' }, disclosure), ...children);
  fill(make('p', { class: 'door', part: 'status' }, loadingLabel));

  const fetched = (address) => fetch(address).then((response) => {
    if (!response.ok) throw new Error(`shopbell: ${address} answered ${response.status}`);
    return response;
  });

  /** Does something with the started widget. One that fails is given up: the door takes its place. */
  const act = (what) => {
    if (!widget) return;
    try { what(widget); } catch (cause) {
      console.error(cause);
      widget = undefined;
      showDoor();
    }
  };

  const loadWords = () => words ||= settings.language === 'en' ? Promise.resolve('{}')
    : fetched(`${base}strings/${settings.language}.json`).then((response) => response.text()).then((json) => {
      Object.assign(text, JSON.parse(json));
      return json;
    }).catch(() => '{}');

  /** Whether somebody writes, or has written, to a person. */
  const doorIsUsed = () => door && ('sent' in door.dataset || [...door.querySelectorAll('textarea, input')].some((field) => field.value));

  /** Loads and starts the widget, everything at once; rejects when the widget cannot run on this page. */
  const load = () => loading ||= (async () => {
    const strings = loadWords();
    const known = (async () => {
      if (!faq) throw new Error('shopbell: the tag names no data-faq');
      const entries = await (await fetched(absolute(faq))).text();
      const [, spoken] = /"language"\s*:\s*"(\w+)/.exec(entries) || [];
      const address = encoder ? absolute(encoder) : Object.hasOwn(early, spoken) && `${base}encoders/${spoken}.bin`;
      return [entries, new Uint8Array(address ? await (await fetched(address)).arrayBuffer() : 0), answers || ''];
    })();
    known.catch(() => {}); // reported below, after the widget has started
    const wasm = fetched(`${base}shopbell-widget_bg.wasm`);
    wasm.catch(() => {}); // reported by the import below
    const module = await import(`${base}shopbell-widget.js`);
    await module.default({ module_or_path: wasm });
    const pairs = Object.entries(JSON.parse(await strings)).flat().map(String);
    if (gone) return;
    if (doorIsUsed()) throw new Error('shopbell: the visitor is already writing to a person');
    const hadFocus = content.contains(host.shadowRoot.activeElement);
    door = undefined;
    content.replaceChildren();
    if (hadFocus) panel.focus({ preventScroll: true });
    widget = module.start(host, content, settings.backend, settings.contact, storageKey, identity, disclosure, pairs);
    known.then(
      (knowledge) => act(() => widget.learn(...knowledge)),
      (cause) => { console.error(cause); act(() => widget.learn('', new Uint8Array(), '')); },
    ).then(() => tell('ready'));
    if (!panel.hidden) act(() => widget.opened(true));
  })().catch((cause) => {
    loading = undefined;
    console.error(cause);
    showDoor();
    throw cause;
  });
  const withWidget = (what) => load().then(() => act(what), () => {});

  const contactLink = () => {
    if (!settings.contact) return [];
    const label = /^(mailto|tel):/i.test(settings.contact) ? settings.contact.replace(/^[^:]*:|\?.*$/g, '') : text.contact_page;
    return [make('p', {}, `${text.contact_lead} `, make('a', { href: settings.contact }, label))];
  };

  /**
   * What needs no Wasm, model, FAQ or WebSocket: the shop's other ways at once, then a form that posts to the backend. In place
   * of the widget, or `below` it.
   */
  const showDoor = (below) => {
    if (door || gone || widget && !below) return;
    const shown = door = make('div', { class: 'door' });
    if (below) content.after(shown);
    else fill(shown);
    const patience = new Promise((done) => setTimeout(done, 1500));
    Promise.race([loadWords(), patience]).then(() => {
      const ways = below ? [] : contactLink();
      shown.append(...ways);
      return import(`${base}shopbell-door.js`).then((module) => module.fill(shown, { settings, text, make, tell, ways, below }));
    }).catch(() => {});
  };
  host.addEventListener('shopbell:unreachable', () => showDoor(true));
  host.addEventListener('shopbell:reachable', () => {
    if (!door || !widget || doorIsUsed()) return;
    door.remove();
    door = undefined;
  });

  const setOpen = (open, takeFocus = true) => {
    if (panel.hidden !== open) return;
    if (open && takeFocus) opener = document.activeElement === host ? host.shadowRoot.activeElement : document.activeElement;
    const hadFocus = host.shadowRoot.activeElement;
    panel.hidden = !open;
    launcher.setAttribute('aria-expanded', String(open));
    if (open) {
      if (takeFocus) panel.focus({ preventScroll: true });
      withWidget(() => {});
    } else if (hadFocus) {
      (opener && opener.isConnected && opener !== document.body ? opener : launcher).focus({ preventScroll: true });
    }
    act(() => widget.opened(open));
    tell(open ? 'open' : 'close');
  };

  const ring = () => {
    setOpen(true);
    withWidget(() => widget.human());
    // Waiting for a slow network is no reason to wait for a person.
    setTimeout(() => showDoor(), 4000);
  };

  const near = (event) => {
    const { left, top, right, bottom } = dock.getBoundingClientRect();
    if (right > 0 && event.clientX > left - 80 && event.clientX < right + 80 && event.clientY > top - 80 && event.clientY < bottom + 80) intend();
  };
  const intend = () => {
    removeEventListener('pointermove', near);
    withWidget(() => {});
  };
  dock.addEventListener('focusin', intend, { once: true });
  launcher.addEventListener('click', () => setOpen(panel.hidden));
  close.addEventListener('click', () => setOpen(false));
  human.addEventListener('click', ring);
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.isComposing && event.keyCode !== 229 && !panel.hidden) {
      event.stopPropagation();
      setOpen(false);
    }
  });

  let listeners = []; // name, listener, and what was really added for it
  const commands = {
    open: () => setOpen(true),
    close: () => setOpen(false),
    ask: (question) => { setOpen(true); withWidget(() => widget.ask(String(question))); },
    human: ring,
    on: (name, listener) => {
      const heard = (event) => listener(event.detail, event);
      listeners.push([name, listener, heard]);
      host.addEventListener(`shopbell:${name}`, heard);
    },
    off: (name, listener) => {
      const goes = (added) => added[0] === name && added[1] === listener;
      for (const [, , heard] of listeners.filter(goes)) host.removeEventListener(`shopbell:${name}`, heard);
      listeners = listeners.filter((added) => !goes(added));
    },
    destroy: () => {
      gone = true;
      removeEventListener('pointermove', near);
      host.remove();
      delete window.shopbell;
      // Later, because this may be called by a listener in the middle of what the widget does.
      queueMicrotask(() => act(() => {
        const last = widget;
        widget = undefined;
        last.destroy();
      }));
    },
  };
  const call = (name, ...values) => {
    if (Object.hasOwn(commands, name)) return commands[name](...values);
    console.warn(`shopbell: there is no command "${name}"; the commands are ${Object.keys(commands).join(', ')}`);
  };
  const place = () => {
    if (!host.isConnected) document.body.append(host);
    const early = window.shopbell?.q || [];
    window.shopbell = call;
    for (const values of early) call(...values);
    if (gone) return;
    addEventListener('pointermove', near, { passive: true });
    // A conversation with a person goes on across pages.
    let saved;
    try { saved = JSON.parse(localStorage.getItem(storageKey)); } catch { /* no storage, or not ours */ }
    if (saved?.with_people) {
      if (saved.open) setOpen(true, false);
      else withWidget(() => {});
    }
  };
  if (document.body) place();
  else addEventListener('DOMContentLoaded', place);
})();
