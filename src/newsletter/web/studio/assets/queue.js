// Finds that are kept on this device until the studio has them. Its pages and the service worker both send them.

const studio = new URL("..", import.meta.url).pathname;
const NAME = `finds kept for ${studio}`;
const WAIT = 10_000;

function opened() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("finds", { keyPath: "once" });
      asked.result.createObjectStore("about");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

/** What `act` asks of a store, once it is on the disk. */
async function stored(store, mode, act) {
  const database = await opened();
  try {
    return await new Promise((done, failed) => {
      const turn = database.transaction(store, mode, { durability: "strict" });
      const asked = act(turn.objectStore(store));
      turn.oncomplete = () => done(asked.result);
      turn.onabort = turn.onerror = () => failed(turn.error);
    });
  } finally { database.close(); }
}

/** Whether this browser ever kept a find for this studio. Where it can't say, it is looked for. */
export async function hasKept() {
  const all = await indexedDB.databases?.();
  return (all ?? [{ name: NAME }]).some((one) => one.name === NAME);
}

/** Those that wait, oldest first: {once, at, who, fields, refused}. */
export async function kept() {
  return (await stored("finds", "readonly", (finds) => finds.getAll())).sort((one, other) => one.at - other.at);
}

/** Keep the fields of the form, for whoever was signed in last. Its name makes the studio take it once, however often it is sent. */
export async function keep(fields) {
  const who = await stored("about", "readonly", (about) => about.get("who"));
  const once = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const find = { once, at: Date.now(), who: who ?? null, fields, refused: "" };
  await stored("finds", "readwrite", (finds) => finds.put(find));
  return find;
}

export const change = (find) => stored("finds", "readwrite", (finds) => finds.put(find));
export const drop = (once) => stored("finds", "readwrite", (finds) => finds.delete(once));

/** Ask the studio: [state, answer]. The state is "there", "away" (no answer), "out" (not signed in), "barred" (no right to) or "refused". */
async function asked(path, options) {
  try {
    const response = await fetch(`${studio}${path}`, {
      ...options,
      headers: { Accept: "application/json", ...options?.headers },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(WAIT),
    });
    if (response.type === "opaqueredirect" || response.status === 401) return ["out", {}];
    if (response.status === 403) return ["barred", {}];
    if (response.status >= 500 || response.status === 408 || response.status === 429) return ["away", {}];
    return [response.ok ? "there" : "refused", await response.json()];
  } catch { return ["away", {}]; }
}

/** Who is signed in, and what is known of an address: [state, {who, csrf, known}]. */
export async function look(url = "") {
  const [state, answer] = await asked(`finds/known?${new URLSearchParams({ url })}`);
  if (state === "there") await stored("about", "readwrite", (about) => about.put(answer.who, "who")).catch(() => {});
  return [state, answer];
}

/** Send one find: [state, {said} or {message, fix}]. */
export function send(find, csrf) {
  const body = new URLSearchParams({ ...find.fields, act: "save", once: find.once });
  return asked("finds", { method: "POST", body, headers: { "X-CSRF-Token": csrf } });
}

/** Send all that wait, but those of somebody else: {state, said: {once: sentence}, other: how many are somebody else's}. */
export function sendAll() {
  return navigator.locks ? navigator.locks.request(NAME, sendEach) : sendEach();
}

async function sendEach() {
  const done = { state: "there", said: {}, other: 0 };
  const waiting = (await kept()).filter((find) => !find.refused);
  if (!waiting.length) return done;
  const [state, own] = await look();
  if (state !== "there") return { ...done, state };
  for (const find of waiting) {
    if (find.who !== null && find.who !== own.who) { done.other += 1; continue; }
    const [then, answer] = await send(find, own.csrf);
    if (then === "there") { done.said[find.once] = answer.said; await drop(find.once); }
    else if (then === "refused") await change({ ...find, refused: `${answer.message} ${answer.fix}` });
    else return { ...done, state: then };
  }
  return done;
}

/** Let this device hold the page for saving, so that it opens without network; whether it does by now. */
export async function makeReady() {
  try {
    const scope = `${studio}finds/add`;
    const registration = await navigator.serviceWorker.register(`${studio}finds/worker.js`, { scope, type: "module" });
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    while (worker.state !== "activated" && worker.state !== "redundant") {
      await new Promise((changed) => { worker.addEventListener("statechange", changed, { once: true }); });
    }
    return worker.state === "activated";
  } catch { return false; }
}

/** Ask the browser to send what waits once there is network, also when no page is open. Whether it will. */
export async function sendLater() {
  navigator.storage?.persist?.();
  try {
    const registration = await navigator.serviceWorker.getRegistration(`${studio}finds/add`);
    await registration.sync.register("finds");
    return true;
  } catch { return false; }
}
