// How long fitting and deciding take in a browser; the same work as crates/classifier/examples/time.rs.
import init, { fit } from './in_browser.js';

const RUNS = 15;
const text = async (address) => (await fetch(address)).text();
const bytes = async (address) => new Uint8Array(await (await fetch(address)).arrayBuffer());

/** The median of RUNS runs, in milliseconds. */
const median = (work) => {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((one, other) => one - other)[RUNS >> 1];
};

await init({ module_or_path: new URL('in_browser_bg.wasm', import.meta.url) });
const faq = await text('faq.json');
const encoder = await bytes('encoder.bin');
const messages = JSON.parse(faq).entries.flatMap((entry) => [entry.question, ...entry.examples]);
const classifier = fit(faq, encoder);
const fit_ms = median(() => fit(faq, encoder).free());
const classify_ms = median(() => messages.forEach((message) => classifier.decide(message))) / messages.length;
document.getElementById('result').textContent = JSON.stringify({ fit_ms, classify_ms });
