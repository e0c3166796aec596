"use strict";
// Requests this page again whenever the sandbox announces a change, and replaces the parts that have changed.
(() => {
  const PACE = 400;
  const body = document.body;
  const connection = document.getElementById("connection");
  let source = null, due = false, busy = false;
  if (!body.dataset.version) return;

  function rows(old, fresh) {
    const present = new Map([...old.children].map((each) => [each.id, each]));
    const wanted = new Set([...fresh.children].map((each) => each.id));
    for (const [id, each] of present) if (!wanted.has(id)) each.remove();
    let at = old.firstElementChild;
    for (const each of [...fresh.children]) {
      const known = present.get(each.id);
      const open = known && known.querySelector("details[open]");
      if (open) each.querySelector("details").open = true;
      if (known && known.isEqualNode(each)) {
        at = known.nextElementSibling;
        continue;
      }
      if (known) {
        at = known.nextElementSibling;
        known.replaceWith(each);
      } else {
        each.classList.add("new");
        old.insertBefore(each, at);
      }
    }
  }

  function swap(page) {
    const focused = document.activeElement;
    const key = focused && (focused.id ? "#" + CSS.escape(focused.id)
      : focused.getAttribute("href") && `[href="${CSS.escape(focused.getAttribute("href"))}"]`);
    for (const old of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(old.id);
      if (!fresh || old.isEqualNode(fresh)) continue;
      if (old.dataset.live === "rows") rows(old, fresh);
      else old.replaceChildren(...fresh.childNodes);
    }
    if (key && !focused.isConnected) document.querySelector(key)?.focus({ preventScroll: true });
  }

  async function refresh() {
    if (busy) { due = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok) {
        swap(page);
        body.dataset.version = page.body.dataset.version;
      }
    } catch {
      // The sandbox has stopped. The event source reports it.
    }
    setTimeout(() => {
      busy = false;
      if (due) { due = false; refresh(); }
    }, PACE);
  }

  function say(text, state) {
    if (connection.textContent !== text) connection.textContent = text;
    connection.className = state;
  }

  function start() {
    if (source) return;
    source = new EventSource("/_sandbox/inbox/live");
    source.onopen = () => say("Live", "on");
    source.onerror = () => say("Not connected", "off");
    source.onmessage = (event) => { if (event.data !== body.dataset.version) refresh(); };
  }

  function stop() {
    source?.close();
    source = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", start);
  start();
})();

// Copies the text that a button names. A page that is not of this machine may have no clipboard: then the text is selected.
(() => {
  for (const button of document.querySelectorAll("button[data-copies]")) {
    const text = document.getElementById(button.dataset.copies);
    button.hidden = false;
    button.addEventListener("click", async () => {
      getSelection().selectAllChildren(text);
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
      } catch {
        button.textContent = document.execCommand("copy") ? "Copied" : "Selected: press Ctrl-C";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }
})();
