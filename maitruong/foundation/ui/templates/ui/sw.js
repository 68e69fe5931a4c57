// Keeps the files of the shell, whose addresses change with their contents, and one page that says there is no network.
// Nothing with a person's name in it is ever kept: every page and every answer comes from the server.
const VERSION = {{ version|tojson }};
const FILES = {{ files|tojson }};
const OFFLINE = {{ offline|tojson }};
const POLICY = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(FILES)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (FILES.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate" && request.method !== "GET" && request.cache === "only-if-cached") {
    // Back to the answer of a form, which nobody keeps: it is not sent again, the page it was sent from is asked for.
    event.respondWith(Response.redirect(request.referrer || "/", 303));
  } else if (request.mode === "navigate") {
    const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY };
    // What follows from such a Back may still be told to look into the cache alone, where no page lies.
    const kept = request.cache === "only-if-cached";
    const asked = kept ? fetch(request.url, { credentials: "same-origin", redirect: "manual" }) : fetch(request);
    event.respondWith(asked.catch(() => new Response(OFFLINE, { status: 503, headers })));
  }
});
