/*! Shopbell's door, MIT OR Apache-2.0: a form that posts to a person, for pages on which the widget cannot run.
 *
 * Needs neither Wasm nor WebSocket. The backend keeps the message and rings the bell; see crates/backend/src/door.rs.
 */
const style = new CSSStyleSheet();
style.replaceSync(`
.door, .door form { display: grid; gap: 12px; align-content: start }
.door p { margin: 0 }
.door label { display: grid; gap: 4px; font-weight: 600 }
.door textarea, .door input { padding: 8px 10px; border: 1px solid var(--_line); border-radius: 10px; background: none; font-weight: 400 }
.door [part=send] { min-block-size: 44px; border: 0; border-radius: 22px; background: var(--_accent); color: var(--_on-accent); font-weight: 600 }`);

const english = {
  door_intro: 'The assistant cannot run on this page right now. You can still write to a person:',
  door_below: 'You can also leave a message for a person here:',
  door_message: 'Your message',
  door_reply_to: 'Your e-mail or phone number, so that we can answer (optional)',
  door_send: 'Send to a person',
  door_sent: 'Sent. A person will read it.',
  door_failed: 'This could not be sent just now. Please try again, or reach us another way.',
};

/** A version 4 UUID; `crypto.randomUUID` exists on secure pages only. */
const uuid = () => crypto.randomUUID?.() ?? '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
  (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

/**
 * Puts the form into `door`, before the shop's other `ways`, and the focus into the form when the widget had it and the door
 * is not just `below` what the visitor is doing. `make` builds elements, `tell` dispatches the widget's events, `text` holds the page's language.
 */
export function fill(door, { settings, text, make, tell, ways, below }) {
  if (!settings.backend) return;
  const say = (key) => text[key] ?? english[key];
  const message = make('textarea', { name: 'text', rows: '4', maxlength: '4000', required: '' });
  const replyTo = make('input', { name: 'reply_to', maxlength: '200', autocomplete: 'email' });
  const status = make('p', { part: 'status', role: 'status' });
  const form = make('form', {}, make('label', {}, say('door_message'), message), make('label', {}, say('door_reply_to'), replyTo),
    make('button', { part: 'send', type: 'submit' }, say('door_send')), status);
  // One id for one text, however often it is sent: the backend stores it once.
  let cid = uuid();
  form.addEventListener('input', () => { cid = uuid(); });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const body = JSON.stringify({ cid, text: message.value, reply_to: replyTo.value || undefined });
      const response = await fetch(`${settings.backend}v1/door`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      if (!response.ok) throw new Error(`shopbell: the door answered ${response.status}`);
      message.value = '';
      door.dataset.sent = '';
      status.textContent = say('door_sent');
      tell('ring');
    } catch (cause) {
      console.error(cause);
      status.textContent = say('door_failed');
    }
  });
  const root = door.getRootNode();
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, style];
  door.replaceChildren(make('p', {}, say(below ? 'door_below' : 'door_intro')), form, ...ways);
  if (root.activeElement && !below) message.focus({ preventScroll: true });
}
