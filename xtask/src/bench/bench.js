// How long fitting and deciding take in a browser; the same work as crates/classifier/examples/time.rs.
// All of it in one go, without waiting for anything: Chromium takes the page down once it is loaded.
import { fit, initSync } from './in_browser.js';

const RUNS = 15;
const RUNS_LARGE = 3;

/** A file's bytes, as the characters of a string. */
const load = (address) => {
  const request = new XMLHttpRequest();
  request.open('GET', address, false);
  request.overrideMimeType('text/plain; charset=x-user-defined');
  request.send();
  return Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff);
};

/** The median of so many runs, in milliseconds. */
const median = (runs, work) => {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((one, other) => one - other)[runs >> 1];
};

initSync({ module: load('in_browser_bg.wasm') });
const faq = new TextDecoder().decode(load('small.json'));
const large = new TextDecoder().decode(load('large.json'));
const encoder = load('encoder.bin');
const messages = JSON.parse(faq).entries.flatMap((entry) => [entry.question, ...entry.examples]);
const classifier = fit(faq, encoder);
const fit_ms = median(RUNS, () => fit(faq, encoder).free());
const fit_large_ms = median(RUNS_LARGE, () => fit(large, encoder).free());
const classify_ms = median(RUNS, () => messages.forEach((message) => classifier.decide(message))) / messages.length;
document.getElementById('result').textContent = JSON.stringify({ fit_ms, fit_large_ms, classify_ms });
