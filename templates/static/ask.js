// Asks about a scanned code or one file, and puts the answer, a page of the server's, in the place of the one that asked.
// Code and file live in one variable alone: in no address, no storage, no title.
globalThis.asking = (() => {
  const LONGEST = { asking: 60_000, sending: 180_000 }; // milliseconds that an answer may take, to a code and to a file
  let held = null;
  let asked = 0;
  let sending = false;
  let answered = false;

  /** Ask about a scanned text, or a form with one file; on failure it stays here, to be asked about again. */
  async function ask(given) {
    const text = typeof given === "string";
    if (sending && !text) return; // the button was pressed twice
    const mine = ++asked;
    const way = text ? "asking" : "sending";
    const patience = new AbortController(); // AbortSignal.timeout is younger than many telephones
    const end = setTimeout(() => patience.abort(), LONGEST[way]);
    held = given;
    sending = !text;
    tell(way);
    let page;
    try {
      const response = await fetch(location.pathname + location.search, {
        method: "POST",
        headers: { accept: "text/html", ...(text && { "content-type": "application/json" }) },
        body: text ? JSON.stringify({ qr: given }) : given,
        cache: "no-store",
        signal: patience.signal,
      });
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      page = null; // no network, or no answer in time
    }
    clearTimeout(end);
    sending = false;
    if (mine !== asked) return; // a later question was asked meanwhile
    if (page?.querySelector("main#main section.card")) show(page);
    else tell("offline"); // or a page of something between us and the server
  }

  /** Show one of the lines that the page holds ready, and no other. */
  function tell(name) {
    const lines = document.querySelector("[data-lines]");
    lines.hidden = false;
    lines.scrollIntoView({ block: "nearest" });
    for (const line of lines.querySelectorAll("[data-line]")) line.hidden = line.dataset.line !== name;
  }

  function show(page) {
    const form = location.pathname === "/" || typeof held !== "string";
    if (!answered && form) history.pushState({ answered: true }, ""); // the way back is to the form
    answered = true;
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.body.replaceWith(document.adoptNode(page.body));
    for (const button of document.querySelectorAll("[data-again]")) button.hidden = false;
    document.querySelector("main").focus();
    scrollTo(0, 0);
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) return print();
    const pressed = event.target.closest("[data-again], [data-reveal], a[hreflang]");
    if (pressed?.matches("[data-reveal]")) {
      const hide = pressed.getAttribute("aria-expanded") === "true";
      pressed.setAttribute("aria-expanded", String(!hide));
      for (const name of document.querySelectorAll("[data-name]")) name.hidden = hide;
      for (const mask of document.querySelectorAll("[data-mask]")) mask.hidden = !hide;
    } else if (pressed && held !== null) {
      event.preventDefault();
      if (pressed.matches("a")) history.replaceState(null, "", pressed.getAttribute("href"));
      ask(held);
    }
  });

  addEventListener("DOMContentLoaded", () => {
    if (!history.state) return;
    history.replaceState(null, "");
    tell("gone"); // an answer stood here before the page was loaded anew
  });
  addEventListener("popstate", () => answered && !location.hash && location.reload());
  document.documentElement.classList.add("scripted");
  return { ask, tell };
})();
