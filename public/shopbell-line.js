/*! Shopbell's line, MIT OR Apache-2.0: the browser's part of a conversation with people, for the widget.
 *
 * Connections (WebSocket, and over HTTP where that is blocked), the store (IndexedDB), and one tab that talks for all (Web Locks,
 * BroadcastChannel). Nothing is decided here: crates/channel decides. It is no Rust because streams and promises
 * cost the widget's Wasm several times as many bytes.
 */

/**
 * Connects to `url`, over a WebSocket (0), a stream (1) or by polling (2), and reports: takes frames (0), a frame (1),
 * closed (2), what was posted is answered (3). Never reports before it returns.
 */
export const connect = (url, transport, report) => {
  if (!transport) {
    try {
      const socket = new WebSocket(url.replace('http', 'ws'));
      socket.onopen = () => report(0, []);
      socket.onmessage = ({ data }) => report(1, [data]);
      socket.onclose = () => report(2, []);
      return {
        send: (text) => socket.send(text),
        close: () => {
          report = () => {};
          socket.close();
        },
      };
    } catch { /* a page that may open none: reported below as one that closed */ }
  }
  const gone = new AbortController();
  /** Posts, and reports the frames in the answer, then that it `ended`. */
  const ask = async (address, body, headers, ended) => {
    try {
      const response = await fetch(url + address, { method: 'POST', body, headers, signal: gone.signal });
      if (!response.ok) {
        // Such an answer is a refusal in the wire's JSON, or a page of whatever stands between.
        report(1, [`{"error":${await response.text()}}`]);
        ended = 2;
      } else if (ended === 2) {
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let text = '';
        for (let part; !(part = await reader.read()).done;) {
          const frames = (text + part.value).split('\n\n');
          text = frames.pop();
          for (const frame of frames) report(1, [frame.replace(/^data: ?/, '')]);
        }
      } else {
        for (const frame of await response.json()) report(1, [JSON.stringify(frame)]);
      }
    } catch { ended = 2; }
    // Answers that come at once must not become a flood of questions.
    if (!ended) await new Promise((done) => setTimeout(done, 500));
    report(ended, []);
  };
  queueMicrotask(() => report(transport ? 0 : 2, []));
  return {
    // After a poll comes the next one: it takes a `hello` again.
    send: (hello) => ask(transport === 1 ? '/stream' : '/poll', hello, {}, transport === 1 ? 2 : 0),
    post: (token, body) => ask('/frames', body, { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, 3),
    close: () => {
      report = () => {};
      gone.abort();
    },
  };
};

/**
 * Opens this page's end of a conversation that all the visitor's tabs share. Stores and asks for nothing before `join`. Tells, with
 * texts: a record is stored (0) or could not be (1) and its id; all that the store holds (2) as key, text, key, text; this
 * tab talks for all (3); another tab's word (4). And of the page: the network is back (5), somebody looks at it (6), the network is gone (7), it
 * is left (8), it is back or another tab has stored something (9).
 *
 * The shop may say who its visitor is with the token `identity`: whoever is known first in this browser goes on with what was begun
 * in it, every other customer has a store of their own.
 */
export const attach = (key, identity, tell) => {
  let name = key;
  const stopped = new AbortController();
  const kinds = { online: 5, focus: 6, visibilitychange: 6, offline: 7, pagehide: 8, pageshow: 9, storage: 9 };
  for (const kind in kinds) addEventListener(kind, () => tell(kinds[kind], []), { signal: stopped.signal });

  let joined; // while this tab takes part: what ends that
  let channel; // to the other tabs
  let opened; // the promise of the database, or of nothing where there is none
  const open = () => opened ||= new Promise((resolve) => {
    // One that never opens must not keep anybody from a person; a slow one must be waited for, since it holds what was said.
    setTimeout(resolve, 8000);
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => request.result.createObjectStore('');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve();
  }).catch(() => {});
  /** Does something with the store in a transaction; rejects when that cannot be done. */
  const transact = async (mode, act) => {
    const transaction = (await open()).transaction('', mode);
    const result = act(transaction.objectStore(''));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = reject;
      setTimeout(reject, 8000); // as above
    });
    return result;
  };
  const load = () => transact('readonly', (store) => [store.getAllKeys(), store.getAll()]).then(
    ([keys, texts]) => tell(2, keys.result.flatMap((key, place) => [key, texts.result[place]])),
    () => {}, // without a store there is nothing to load
  );
  const post = (word) => channel?.postMessage(word);
  const leave = () => {
    joined?.abort();
    channel?.close();
    joined = channel = undefined;
  };
  return {
    join: () => {
      if (joined) return;
      try {
        const { sub } = JSON.parse(atob(identity.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')));
        const first = localStorage[`${key}:first`] ||= sub;
        if (sub !== first) name = `${key}:${sub}`;
      } catch { /* nobody is known, or this cannot be kept */ }
      const { signal } = joined = new AbortController();
      const talk = () => load().then(() => signal.aborted || tell(3, []));
      if (window.BroadcastChannel) {
        channel = new BroadcastChannel(name);
        channel.onmessage = ({ data }) => data ? tell(4, [data]) : load();
      }
      load().then(open).then((store) => store && channel && navigator.locks
        // Held for as long as this tab takes part; then whoever has waited longest talks.
        ? navigator.locks.request(name, { signal }, () => talk().then(() => new Promise((end) => {
          if (signal.aborted) end();
          signal.onabort = end;
        })))
        : talk()).catch(() => {}); // left before it was this tab's turn
    },
    /** Makes changes, all or none; an empty text takes out every key that begins so. */
    put: (changes, id) => transact('readwrite', (store) => {
      for (let place = 0; place < changes.length; place += 2) {
        const [key, text] = changes.slice(place);
        if (text) store.put(text, key);
        else store.delete(IDBKeyRange.bound(key, `${key}\uffff`));
      }
    }).then(() => 0, () => 1).then((failed) => {
      if (id) tell(failed, [id]);
      post('');
    }),
    post,
    leave,
    stop: () => {
      stopped.abort();
      leave();
      tell = () => {};
    },
  };
};

/** A time in the future, as one says it. */
export const clock = (at, language) => new Date(at).toLocaleString(language, { weekday: 'long', hour: 'numeric', minute: 'numeric' });
