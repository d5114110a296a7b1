// Where the page's own script has failed, take it out of the way, so that the browser's plain forms work again. Loaded
// before everything else, from the folder of the bundle it watches. Every page works without this file too.
(() => {
  const folder = new URL(".", document.currentScript.src).href;
  const hydrated = () => document.body?.hasAttribute("data-hydrated");
  let failed = false;

  // A GET of the address as it is now, whatever this page came from. (reload() might send a form again.)
  const load = () => location.replace(location.pathname + location.search);

  // A status page refreshes by <meta> where there is no script, and by the island where it lives: else by this.
  const refreshStatus = () => {
    const waits = document.querySelector("main[data-status=PROCESSING], main[data-status=PENDING]");
    if (waits && (failed || !hydrated())) load();
  };
  setTimeout(refreshStatus, 5000);

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
    setTimeout(refreshStatus, 5000);
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

  // The island's listeners stay where they are and hear nothing more; what the browser does by itself goes on. Only going
  // back to another step was the island's alone.
  const silence = (event) => {
    if (!failed) return;
    event.stopImmediatePropagation();
    const form = document.querySelector("form.sheet");
    if (event.type === "popstate" && form?.getAttribute("action") !== location.pathname) load();
  };
  for (const kind of ["submit", "click", "input", "change", "popstate", "focus", "online"]) addEventListener(kind, silence, true);
})();
