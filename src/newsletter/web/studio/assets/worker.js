// The service worker: holds the page for saving a find, which opens without network, and sends what was kept on the device.
// It answers for no other page of the studio. The studio writes KEPT above this: {version, page, files}.

import { sendAll } from "../assets/queue.js";

const OURS = `${KEPT.page} `;
const HELD = `${OURS}${KEPT.version}`;

async function hold() {
  const cache = await caches.open(HELD);
  await Promise.all([KEPT.page, ...KEPT.files].map(async (path) => {
    // Without the session: what is held is the same for everybody and has nobody's name on it.
    // Where something in front of the studio leads to its own sign-in instead, nothing is held.
    const answer = await fetch(path, { credentials: "omit", cache: "reload", redirect: "error" });
    if (!answer.ok) throw new Error(path);
    await cache.put(path, answer);
  }));
  await self.skipWaiting();
}

async function letGo() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== HELD).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function held(path, request) {
  const cache = await caches.open(HELD);
  return (await cache.match(path)) ?? fetch(request);
}

async function send() {
  // A failure makes the browser try again later.
  if ((await sendAll()).state === "away") throw new Error("the studio does not answer");
}

self.addEventListener("install", (event) => event.waitUntil(hold()));
self.addEventListener("activate", (event) => event.waitUntil(letGo()));
self.addEventListener("sync", (event) => event.waitUntil(send()));
self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  const isHeld = request.mode === "navigate" ? pathname === KEPT.page : KEPT.files.includes(pathname);
  if (isHeld) event.respondWith(held(pathname, request));
});
