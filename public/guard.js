// The few things that have to work whatever becomes of the page's own script: where that has failed it is taken out of the
// way, so that the browser's plain forms work again; what was typed survives a reload; a status follows the session. Loaded
// before everything else, from the folder of the bundle it watches. Every page works without this file too.
(() => {
  const folder = new URL(".", document.currentScript.src).href;
  const hydrated = () => document.body?.hasAttribute("data-hydrated");
  let failed = false;

  // A GET of the address as it is now, whatever this page came from. (reload() might send a form again.)
  const load = () => location.replace(location.pathname + location.search);

  // A status page asks every other second whether it is still true; without script a <meta> does. What is asked is small, and a
  // page that loads itself again and again would be read out again and again.
  const follow = async (status) => {
    try {
      const answer = await fetch(location.pathname.replace("/verify/", "/kyc-sessions/") + "/public");
      if (answer.ok && (await answer.json()).status !== status) return load();
    } catch {
      // No network: the next round asks again.
    }
    setTimeout(follow, 2000, status);
  };

  const sheet = () => document.querySelector("form.sheet");
  // The step that the form is for: after Back, the address may be another's already.
  const step = () => sheet() && new URL(sheet().getAttribute("action"), location.href).pathname;

  // What was typed and not sent yet comes back after a reload, in this tab alone and on this step alone. Where nothing was
  // typed, the server knows better.
  const key = "draft";
  let typed;
  addEventListener("input", () => (typed = step()), true);
  const texts = () => [...document.querySelectorAll("form.sheet input[name]:not([type=file])")];
  const keep = () => {
    if (!typed || typed !== step()) return sessionStorage.removeItem(key);
    const values = texts().map((input) => (/radio|checkbox/.test(input.type) ? input.checked : input.value));
    sessionStorage.setItem(key, JSON.stringify([typed, values]));
  };
  const restore = () => {
    const [path, values] = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    sessionStorage.removeItem(key);
    const inputs = texts();
    if (path !== location.pathname || values.length !== inputs.length) return;
    typed = path;
    inputs.forEach((input, at) => {
      if (typeof values[at] === "boolean") input.checked = values[at];
      else input.value = values[at];
    });
  };
  const perhaps = (work) => () => {
    try {
      work();
    } catch {
      // Storage may be forbidden; then there is no draft.
    }
  };
  addEventListener("pagehide", perhaps(keep));
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && perhaps(keep)(), true);

  const ready = () => {
    const status = document.querySelector("main[data-status]")?.dataset.status;
    if (status === "PROCESSING" || status === "PENDING") setTimeout(follow, 1000, status);
    // The way back to where the customer came from, after time to read.
    const back = document.getElementById("return");
    if (back) setTimeout(() => location.assign(back.href), 10_000);
    // A page that a POST made shows what was typed already.
    perhaps(restore)();
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", ready);
  else ready();

  const say = () => {
    const notice = document.getElementById("notice");
    if (notice) notice.hidden = false;
    for (const busy of document.querySelectorAll("[aria-disabled]")) busy.removeAttribute("aria-disabled");
  };
  const fail = () => {
    if (failed) return;
    failed = true;
    document.documentElement.dataset.script = "failed";
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", say);
    else say();
  };

  // Ours is an error that names our folder, and a WASM trap, since nothing else here is WASM. Before hydration so is one
  // that names no place at all: a module that cannot be loaded or read looks like that in some browsers. Never an extension's.
  const ours = (error, place = "") => {
    const trace = [place, error?.fileName, error?.message, error?.stack].join(" ");
    if (/-extension:/.test(trace)) return false;
    if (trace.includes(folder)) return true;
    const wasm = self.WebAssembly; // Missing where a browser is locked down.
    if (wasm && [wasm.RuntimeError, wasm.CompileError, wasm.LinkError].some((trap) => error instanceof trap)) return true;
    return error instanceof Error && !hydrated() && !trace.includes("://");
  };
  // The error of an element that could not load does not bubble, but it is captured. Of the preloads only the module's
  // counts: WASM that could not be preloaded is asked for once more.
  const lost = (element) => {
    const address = element.href || element.src || "";
    return address.startsWith(folder) && address.endsWith(".js");
  };
  addEventListener("error", (event) => {
    if (event instanceof ErrorEvent ? ours(event.error, event.filename) : lost(event.target)) fail();
  }, true);
  addEventListener("unhandledrejection", (event) => {
    if (ours(event.reason)) fail();
  });

  // Of the two inputs of one photo the one that was used last counts.
  addEventListener("change", ({ target }) => {
    if (target.type !== "file" || !target.files.length) return;
    for (const other of target.form?.querySelectorAll("input[type=file]") ?? []) {
      if (other !== target && other.name === target.name) other.value = "";
    }
  }, true);

  // The island's listeners stay where they are and hear nothing more; what the browser does by itself goes on. Only going
  // back to another step was the island's alone.
  const silence = (event) => {
    if (!failed) return;
    event.stopImmediatePropagation();
    if (event.type === "popstate" && sheet() && step() !== location.pathname) load();
  };
  for (const kind of ["submit", "click", "input", "change", "popstate", "focus", "online"]) addEventListener(kind, silence, true);
})();
