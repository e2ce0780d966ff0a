// Loads the inbox's Wasm, which shows itself in #inbox. Says so when that fails, or when the inbox stops later.
import init from './inbox.js';

const place = document.getElementById('inbox');

/** Shows `text` above whatever is there. */
function say(text, className) {
  const line = document.createElement('p');
  line.className = className;
  line.textContent = text;
  place.prepend(line);
  return line;
}

let stopped = false;
function stop(error) {
  console.error(error);
  if (stopped) return;
  stopped = true;
  say('The inbox has stopped. Load this page again.', 'stopped').setAttribute('role', 'alert');
}

// A trap in Wasm ends the inbox, although what it has drawn still stands there.
addEventListener('error', ({ error }) => error instanceof WebAssembly.RuntimeError && stop(error));
addEventListener('unhandledrejection', ({ reason }) => reason instanceof WebAssembly.RuntimeError && stop(reason));

say('Loading…', 'loading');
init({ module_or_path: new URL('./inbox_bg.wasm', import.meta.url) }).catch(stop);
