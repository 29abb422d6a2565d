// Takes the code out of the address before anything else of the page is there, and has it asked about.
(() => {
  const DIGITS = /^[0-9]{1,2487}$/;

  function taken() {
    const fragment = location.hash.slice(1);
    history.replaceState(history.state, "", location.pathname + location.search);
    return fragment;
  }

  function open(fragment) {
    if (!globalThis.asking) return; // it could not be loaded: the page says what to do without
    if (DIGITS.test(fragment)) asking.ask(fragment);
    else asking.tell(fragment ? "malformed" : "empty");
  }

  const first = taken();
  addEventListener("DOMContentLoaded", () => open(first));
  document.addEventListener("submit", (event) => {
    if (!globalThis.asking || !event.target.elements.file?.files.length) return;
    event.preventDefault();
    asking.ask(new FormData(event.target));
  });
  addEventListener("hashchange", () => {
    if (location.hash && location.hash !== "#main") open(taken());
  });
})();
