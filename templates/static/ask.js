// Asks about a scanned code, and puts the answer, a page of the server's, in the place of the one that asked.
// The code lives in one variable alone: in no address, no storage, no title.
globalThis.asking = (() => {
  const LONGEST = 60_000; // milliseconds that an answer may take
  let held = null;
  let asked = 0;

  /** Ask about a text; on failure it stays here, so that asking again needs no second scan. */
  async function ask(text) {
    const mine = ++asked;
    const patience = new AbortController(); // AbortSignal.timeout is younger than many telephones
    const end = setTimeout(() => patience.abort(), LONGEST);
    held = text;
    tell("asking");
    let page;
    try {
      const response = await fetch(location.pathname + location.search, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "text/html" },
        body: JSON.stringify({ qr: text }),
        cache: "no-store",
        signal: patience.signal,
      });
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      page = null; // no network, or no answer in time
    }
    clearTimeout(end);
    if (mine !== asked) return; // a later question was asked meanwhile
    if (page?.querySelector("main#main section.card")) show(page);
    else tell("offline"); // or a page of something between us and the server
  }

  /** Show one of the lines that the page holds ready, and no other. */
  function tell(name) {
    const lines = document.querySelector("[data-lines]");
    lines.hidden = false;
    for (const line of lines.querySelectorAll("[data-line]")) line.hidden = line.dataset.line !== name;
  }

  function show(page) {
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.body.replaceWith(document.adoptNode(page.body));
    for (const button of document.querySelectorAll("[data-again]")) button.hidden = false;
    document.querySelector("main").focus();
    scrollTo(0, 0);
  }

  document.addEventListener("click", (event) => {
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

  document.documentElement.classList.add("scripted");
  return { ask, tell };
})();
