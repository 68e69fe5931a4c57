// Behaviour of the kit's components, by attribute. One small module for every page; works without htmx.
const $ = (selector, root = document) => root.querySelector(selector);
const closest = (event, selector) => event.target instanceof Element && event.target.closest(selector);

const token = () => $('meta[name="csrf-token"]')?.content ?? "";

// htmx asks with the same token as forms do.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

// A page kept by the browser must not come back after sign-out.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

document.addEventListener("click", (event) => {
  const opener = closest(event, "[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (closest(event, "[data-close]")) closest(event, "dialog")?.close();
  if (closest(event, "[data-dismiss]")) closest(event, ".toast")?.remove();
  const key = closest(event, "[data-date-key]");
  if (key) openCalendar(key.closest("[data-date]"));
  const menu = closest(event, "[data-menu]");
  for (const open of document.querySelectorAll("[data-menu][open]")) if (open !== menu) open.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Escape") closeMenus();
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const find = $("[data-find]");
    if (find) {
      event.preventDefault();
      find.focus();
    }
  }
});

function closeMenus() {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    menu.open = false;
    if (menu.contains(document.activeElement)) $("summary", menu)?.focus();
  }
}

// A button says what it is doing and cannot be pressed twice; it wakes up again when the page comes back.
document.addEventListener("submit", (event) => {
  const button = event.submitter?.matches("[data-busy]") ? event.submitter : null;
  if (!button) return;
  if (button.getAttribute("aria-busy") === "true") return event.preventDefault();
  setBusy(button, true);
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches?.("button[data-busy]")) setBusy(event.target, true);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.matches?.('[aria-busy="true"]')) setBusy(event.target, false);
  for (const button of event.target.querySelectorAll?.('[aria-busy="true"]') ?? []) setBusy(button, false);
});

function setBusy(button, busy) {
  const words = $("span", button) ?? button;
  if (busy) button.dataset.rest = words.textContent;
  button.setAttribute("aria-busy", String(busy));
  words.textContent = busy ? button.dataset.busy : button.dataset.rest;
}

// Days are typed as dd/mm/yyyy; the browser's calendar only fills the field in.
function openCalendar(date) {
  const native = $(".date__native", date);
  const box = $(".field__box", date);
  const typed = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(box.value.trim());
  if (typed) native.value = `${typed[3]}-${typed[2].padStart(2, "0")}-${typed[1].padStart(2, "0")}`;
  native.onchange = () => {
    if (!native.value) return;
    box.value = native.value.split("-").reverse().join("/");
    box.dispatchEvent(new Event("change", { bubbles: true }));
    box.focus();
  };
  native.showPicker?.();
}

// A personal number typed as part of a reason: the audit keeps its ends only, and says so before it is sent.
const personal = /(?<!\d)(?:\d{12}|\d{3}([ .\-\u00a0])\d{3}\1\d{3}\1\d{3}|\d{4}([ .\-\u00a0])\d{4}\2\d{4})(?!\d)/;
document.addEventListener("input", (event) => {
  const box = closest(event, "[data-veils]");
  if (!box) return;
  const number = personal.exec(box.value)?.[0].replace(/\D/g, "");
  let told = $(".field__veiled", box.parentElement);
  if (!told) {
    if (!number) return;
    told = document.createElement("span");
    told.className = "field__hint field__veiled";
    told.setAttribute("role", "status");
    box.after(told);
  }
  told.textContent = number ? `Trong lí do có số định danh. Nhật ký chỉ giữ ${number.slice(0, 3)}******${number.slice(-3)}.` : "";
});

// Files: the drop shows what was chosen.
document.addEventListener("change", (event) => {
  const drop = closest(event, "[data-drop]");
  if (!drop) return;
  const names = [...event.target.files].map((file) => file.name);
  drop.classList.toggle("is-filled", names.length > 0);
  $("[data-drop-chosen]", drop).textContent = names.join(", ");
});
for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => closest(event, "[data-drop]")?.classList.toggle("is-over", over));
}

// Short messages: from the server by the response header HX-Trigger: {"toast": {"text", "kind"}}, or from a module.
export function toast(text, kind = "good") {
  const place = $("#toasts");
  const shape = $("#toast-shape")?.content.firstElementChild;
  if (!place || !shape) return;
  const message = shape.cloneNode(true);
  message.classList.add(`toast--${kind}`);
  $("[data-text]", message).textContent = text;
  place.append(message);
  if (kind !== "danger") setTimeout(() => message.remove(), 8000);
}
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.kind));
document.addEventListener("htmx:sendError", () => toast("Chưa gửi được. Kiểm tra kết nối rồi thử lại.", "danger"));
document.addEventListener("htmx:responseError", () => toast("Chưa làm được việc này. Tải lại trang rồi thử lại.", "danger"));

// What scrolls by itself and holds nothing one can focus must be reachable by keyboard; what does not scroll is no stop.
function scrollers() {
  for (const box of document.querySelectorAll(".table-scroll, .sheet__scroll")) {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    const stops = "a[href], button, input:not([disabled]):not([tabindex='-1']), select, textarea:not([tabindex='-1'])";
    const reachable = [...box.querySelectorAll(stops)].some((stop) => stop.offsetParent); // what a width hides is no stop
    if (scrolls && !reachable) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", $("caption, [aria-label]", box)?.textContent || "Bảng");
    } else if (box.getAttribute("role") === "region") {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  }
}
addEventListener("resize", scrollers);
document.addEventListener("htmx:afterSettle", scrollers);
scrollers();

// The worker keeps the shell's files and nothing else; where the site does not offer one the pages work as well.
navigator.serviceWorker?.register("/sw.js").catch(() => {});

// The summary of a refused form takes the focus, so that the refusal is heard first.
const focusProblems = (root) => $("[data-focus]", root)?.focus();
document.addEventListener("htmx:afterSwap", (event) => focusProblems(event.target));
focusProblems(document);
