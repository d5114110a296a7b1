// Keeps a page usable whatever happens to its own script. If the script fails, this file disables its listeners, so that the
// browser's plain forms work again. It also restores drafts after a reload and updates the status page. The page loads it
// before everything else, from the folder of the bundle that it watches. Every page works without this file too.
(() => {
  const folder = new URL(".", document.currentScript.src).href;
  const hydrated = () => document.body?.hasAttribute("data-hydrated");
  let failed = false;

  // Loads the current address with GET. (reload() might send a form again.)
  const load = () => location.replace(location.pathname + location.search);

  // The session's status; none if there is no answer. Something on the network may answer in our place.
  const statuses = ["PENDING", "PROCESSING", "COMPLETED", "EXPIRED", "UNKNOWN"];
  const status = async () => {
    try {
      const answer = await fetch(location.pathname.replace(/^\/verify\/([^/]+).*/, "/kyc-sessions/$1/public"));
      const said = await answer.json();
      return statuses.find((known) => known === (answer.status === 404 ? "UNKNOWN" : said.status));
    } catch {
      // No network, or no JSON: the next round tries again.
    }
  };

  // A status page requests the status every two seconds; without script a <meta> reloads the page. The request is small, and
  // screen readers would read a page aloud after each reload.
  const follow = async (shown) => {
    const now = await status();
    if (now && now !== shown) return load();
    setTimeout(follow, 2000, shown);
  };

  const sheet = () => document.querySelector("form.sheet");
  // The step of the form. After Back, the address may already be that of another step.
  const step = () => sheet() && new URL(sheet().getAttribute("action"), location.href).pathname;

  // The draft is what was typed and not sent yet. It is restored after a reload, only in this tab and on this step. Where
  // nothing was typed, the page shows the server's values. It is kept only while the page is hidden or gone, and no longer
  // than the session is open.
  const key = "draft";
  let typed, watching;
  addEventListener("input", () => (typed = step()), true);
  const texts = () => [...document.querySelectorAll("form.sheet :is(input, textarea)[name]:not([type=file])")];
  const saveDraft = () => {
    if (!typed || typed !== step()) return dropDraft();
    const values = texts().map((input) => (/radio|checkbox/.test(input.type) ? input.checked : input.value));
    sessionStorage.setItem(key, JSON.stringify([typed, values]));
    watching ??= setTimeout(watch, 30_000);
  };
  const dropDraft = () => {
    clearTimeout(watching);
    watching = undefined;
    sessionStorage.removeItem(key);
  };
  // Forgets what was typed once the session has ended: it may end on another device, or by time.
  const forgetIfOver = async () => {
    const now = sheet() && (await status());
    if (!now || now === "PENDING") return;
    typed = undefined;
    ignoreErrors(dropDraft)();
    load();
  };
  const watch = async () => {
    await forgetIfOver();
    if (watching) watching = setTimeout(watch, 30_000);
  };
  const restoreDraft = () => {
    const kept = sessionStorage.getItem(key);
    dropDraft();
    const [path, values] = JSON.parse(kept ?? "[]");
    const inputs = texts();
    if (path !== location.pathname || values.length !== inputs.length) return;
    typed = path;
    inputs.forEach((input, at) => {
      if (typeof values[at] === "boolean") input.checked = values[at];
      else input.value = values[at];
    });
  };
  const ignoreErrors = (work) => () => {
    try {
      work();
    } catch {
      // The browser may forbid storage; then there is no draft.
    }
  };
  addEventListener("pagehide", ignoreErrors(saveDraft));
  addEventListener("visibilitychange", () => ignoreErrors(document.visibilityState === "hidden" ? saveDraft : dropDraft)(), true);
  // Back may show a page as it was left, with everything that was typed.
  addEventListener("pageshow", (event) => event.persisted && (ignoreErrors(dropDraft)(), forgetIfOver()));

  const ready = () => {
    const status = document.querySelector("main[data-status]")?.dataset.status;
    if (status === "PROCESSING" || status === "PENDING") setTimeout(follow, 1000, status);
    // Redirects to the return URL, after time to read. The page says so, and screen readers announce what changes. A frame is left
    // only by a click.
    const back = document.getElementById("return");
    const leaving = document.getElementById("leaving");
    if (self !== top) leaving?.remove();
    else if (leaving) {
      setTimeout(() => leaving.firstChild.append(" "), 1000);
      setTimeout(() => location.assign(back.href), 10_000);
    }
    // A page that answers a POST already shows what was typed; it has no draft.
    ignoreErrors(restoreDraft)();
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", ready);
  else ready();

  const showNotice = () => {
    const notice = document.getElementById("notice");
    if (notice) notice.hidden = false;
    for (const busy of document.querySelectorAll("[aria-disabled]")) busy.removeAttribute("aria-disabled");
    // Nothing shows a field again that the island hid, so all are shown, each with its condition in words.
    for (const field of document.querySelectorAll(".field[hidden]")) field.hidden = false;
  };
  const fail = () => {
    if (failed) return;
    failed = true;
    document.documentElement.dataset.script = "failed";
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", showNotice);
    else showNotice();
  };

  // An error is ours if it names our folder or is a WASM trap, because nothing else here is WASM. Before hydration, an error
  // that names no address is ours too: some browsers report a module that fails to load like that. An extension's never is.
  const isOurs = (error, place = "") => {
    const trace = [place, error?.fileName, error?.message, error?.stack].join(" ");
    if (/-extension:/.test(trace)) return false;
    if (trace.includes(folder)) return true;
    const wasm = self.WebAssembly; // Missing in Lockdown Mode.
    if (wasm && [wasm.RuntimeError, wasm.CompileError, wasm.LinkError].some((trap) => error instanceof trap)) return true;
    return error instanceof Error && !hydrated() && !trace.includes("://");
  };
  // The error of an element that failed to load does not bubble, but a capturing listener gets it. Only scripts count: the
  // browser requests WASM again after a failed preload.
  const isLostScript = (element) => {
    const address = element.href || element.src || "";
    return address.startsWith(folder) && address.endsWith(".js");
  };
  addEventListener("error", (event) => {
    if (event instanceof ErrorEvent ? isOurs(event.error, event.filename) : isLostScript(event.target)) fail();
  }, true);
  addEventListener("unhandledrejection", (event) => {
    if (isOurs(event.reason)) fail();
  });

  // A photo has two inputs. The one that was used last counts.
  addEventListener("change", ({ target }) => {
    if (target.type !== "file" || !target.files.length) return;
    target.dataset.chosen = "";
    for (const other of target.form?.querySelectorAll("input[type=file]") ?? []) {
      if (other === target || other.name !== target.name) continue;
      other.value = "";
      delete other.dataset.chosen;
    }
  }, true);

  // After a failure the island's listeners get no more events, and the browser's own behaviour continues. Only Back to another
  // step needs a page load, because the island handled it.
  const silence = (event) => {
    if (!failed) return;
    event.stopImmediatePropagation();
    if (event.type === "popstate" && sheet() && step() !== location.pathname) load();
  };
  for (const kind of ["submit", "click", "input", "change", "popstate", "focus", "online"]) addEventListener(kind, silence, true);
})();
