// Takes the code out of the address before anything else of the page is there, and asks about it.
(() => {
  document.documentElement.classList.add("scripted");
  const DIGITS = /^[0-9]{1,2487}$/;

  function taken() {
    const fragment = location.hash.slice(1);
    history.replaceState(null, "", location.pathname + location.search);
    return fragment;
  }

  async function open(fragment) {
    const { ask, tell } = await import("./ask.js");
    if (DIGITS.test(fragment)) await ask(fragment);
    else tell(fragment ? "malformed" : "empty");
  }

  const first = taken();
  addEventListener("DOMContentLoaded", () => open(first));
  addEventListener("hashchange", () => {
    if (location.hash && location.hash !== "#main") open(taken());
  });
})();
