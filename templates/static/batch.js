// Several files at once: a row each, a few asked about at a time, the table made here. File names stay in this browser.
(() => {
  const MOST = 200; // files of one choice, as the form says
  const AT_ONCE = 3; // under way together: an office's line carries no more
  const TRIES = 5; // made without asking, while the service is busy
  const WAIT = 5; // seconds before the next, where the service names none
  const LONGEST_WAIT = 120; // seconds
  const PATIENCE = 180_000; // milliseconds of one upload with its answer
  const BETWEEN = 3_000; // milliseconds between two announcements
  const BUSY = [429, 503];
  const RECEIPT = /eyJ[\w-]+\.[\w-]+\.[\w-]{86}/; // in a file of its own, in a letter, in a report
  const LONGEST_RECEIPT = 512 << 10; // bytes, as the page of receipts takes them
  const COLUMNS = ["verdict", "reasons", "todo", "issuer", "number", "version", "signers", "at"];

  const rows = [];
  let queue = [];
  let running = 0;
  let resume = 0;
  let opened = null;
  let home = null; // what the page shows at first; it lives on where an answer takes its place
  let words = null;

  const form = () => home.querySelector("form.hand-in");
  const find = (name, within = home) => within.querySelector(`[data-${name}]`);
  const copy = (name) => find(name).content.cloneNode(true);

  function say(name, facts = {}) {
    const text = words.querySelector(`[data-word=${name}]`).textContent;
    return text.replace(/\{(\w+)\}/g, (_, fact) => facts[fact]);
  }

  /** Why a file need not be sent, if so; its first bytes tell as they tell the server. */
  async function fault(file) {
    const most = Number(form().dataset.most);
    if (file.size > most) return say("large", { n: Math.ceil(file.size / 1048576), most: most >> 20 });
    if (!file.size) return say("empty");
    try {
      const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 1024).arrayBuffer()));
      if (/^.{4}ftyp(hei|hev|mif1|msf1)/s.test(head)) return say("heic");
      const known = /%PDF-|^\x89PNG\r\n|^\xff\xd8\xff|^RIFF.{4}WEBP|^II[*+]\0|^MM\0[*+]/s;
      if (known.test(head)) return null;
      return say(file.size <= LONGEST_RECEIPT && RECEIPT.test(await file.text()) ? "receipt" : "type");
    } catch {
      return say("type"); // a folder, or a file that is gone
    }
  }

  function refuse(text) {
    const line = find("refusal", form());
    line.textContent = text ?? "";
    line.hidden = !text;
    find("receipts", form()).hidden = text !== say("receipt");
    form().dataset.refused = text ? "yes" : "";
  }

  /** How many files are chosen, where the browser would say it in its own language. */
  function count(n) {
    const line = find("chosen", form());
    line.dataset.none ??= line.textContent;
    line.textContent = n > 1 ? say("chosen", { n }) : line.dataset.none;
    form().querySelector(".file").classList.toggle("several", n > 1);
  }

  /** What was chosen or dropped: one file goes the form's own way, several get rows. */
  async function choose() {
    const { files } = form().elements.file;
    for (const row of rows.filter((one) => one.state === "chosen")) {
      row.shown.remove();
      rows.splice(rows.indexOf(row), 1);
    }
    refuse(null);
    count(files.length);
    const many = files.length > 1 && files.length <= MOST;
    const button = find("check", form());
    button.dataset.single ??= button.textContent;
    button.textContent = many ? say("check", { n: files.length }) : button.dataset.single;
    if (files.length > MOST) refuse(say("many", { n: files.length, most: MOST }));
    if (files.length === 1) {
      const why = await fault(files[0]);
      if (form().elements.file.files[0] === files[0]) refuse(why);
    }
    if (many) for (const file of files) add(file);
    tell();
  }

  async function add(file) {
    const shown = copy("row").firstElementChild;
    const row = { file, shown, state: "chosen", tries: 0, answer: null };
    rows.push(row);
    find("file", shown).textContent = file.name;
    find("progress", shown).setAttribute("aria-label", file.name);
    for (const of of shown.querySelectorAll("[data-of]")) of.textContent = `: ${file.name}`;
    find("open", shown).addEventListener("click", () => show(row, true));
    find("retry", shown).addEventListener("click", () => {
      row.tries = 0;
      put(row, "waiting");
      queue.push(row);
      pump();
    });
    put(row, "chosen", say("waiting"));
    find("rows").append(shown);
    const why = await fault(file);
    if (why) {
      queue = queue.filter((one) => one !== row);
      put(row, "refused", say("refused"), why);
      tell();
    }
  }

  /** A row's state, in words; `why` is one sentence beside it. */
  function put(row, state, text = say(state), why = "") {
    row.state = state;
    row.text = text;
    row.why = why;
    row.shown.className = `row ${row.answer?.verdict ?? state}`;
    find("verdict", row.shown).replaceChildren(...(row.answer ? copy(`mark="${row.answer.verdict}"`).childNodes : [text]));
    find("why", row.shown).textContent = why;
    find("why", row.shown).hidden = !why;
    find("about", row.shown).textContent = [row.answer?.issuer, row.answer?.number].filter(Boolean).join(" · ");
    find("about", row.shown).hidden = !row.answer?.issuer;
    find("progress", row.shown).hidden = !["sending", "judging"].includes(state);
    const pressed = document.activeElement === find("retry", row.shown);
    find("open", row.shown).hidden = !row.answer;
    find("retry", row.shown).hidden = state !== "failed";
    if (pressed) {
      row.shown.tabIndex = -1;
      row.shown.focus();
    }
  }

  function start() {
    for (const row of rows.filter((one) => one.state === "chosen")) {
      put(row, "waiting");
      queue.push(row);
    }
    form().reset();
    count(0);
    history.replaceState({ answered: true }, ""); // a list that is loaded anew is gone, and that is told
    find("check", form()).textContent = find("check", form()).dataset.single;
    pump();
  }

  function pump() {
    const wait = resume - Date.now();
    if (wait > 0) setTimeout(pump, wait);
    else while (running < AT_ONCE && queue.length) send(queue.shift());
    tell();
  }

  function send(row) {
    running += 1;
    put(row, "sending");
    const bar = find("progress", row.shown);
    bar.value = 0;
    const body = new FormData();
    body.append("file", row.file, "file"); // what it is called here is nobody else's business
    const request = new XMLHttpRequest();
    request.open("POST", form().action);
    request.setRequestHeader("accept", "application/json");
    request.timeout = PATIENCE;
    request.upload.onprogress = (event) => event.lengthComputable && (bar.value = event.loaded / event.total);
    request.upload.onload = () => {
      bar.removeAttribute("value"); // how long judging takes, nobody knows
      put(row, "judging");
    };
    request.onloadend = () => {
      running -= 1;
      answered(row, request);
      pump();
    };
    request.send(body);
  }

  function answered(row, request) {
    let told = null;
    try {
      told = JSON.parse(request.responseText);
    } catch {
      told = null; // no network, or a page of something between us and the server
    }
    if (request.status === 200 && told?.verdict) {
      row.answer = told;
      put(row, "done", told.word, told.why);
    } else if (BUSY.includes(request.status) && ++row.tries < TRIES) {
      const named = Number(request.getResponseHeader("retry-after"));
      const wait = Math.min(named > 0 ? named : WAIT, LONGEST_WAIT);
      resume = Math.max(resume, Date.now() + wait * 1000);
      put(row, "waiting", say("busy", { n: wait }));
      queue.unshift(row);
    } else if (told?.type) {
      const vi = document.documentElement.lang === "vi";
      put(row, "failed", say("failed"), `${vi ? told.title : told.title_en}. ${vi ? told.detail : told.detail_en}`);
    } else {
      put(row, "failed", say("failed"), say("offline"));
    }
  }

  const busy = () => running > 0 || queue.length > 0;
  let spoken = 0;
  let speaking = null;

  /** How far all are: to be seen at once, to be heard now and then. */
  function tell() {
    find("batch").hidden = !rows.length;
    if (!rows.length) return;
    const counts = new Map();
    for (const row of rows) {
      if (["done", "failed", "refused"].includes(row.state)) counts.set(row.text, (counts.get(row.text) ?? 0) + 1);
    }
    const done = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const text = [say("tally", { done, n: rows.length }), ...[...counts].map(([word, count]) => `${word}: ${count}`)];
    find("tally").textContent = text.join(" · ");
    find("done").hidden = done < rows.length;
    clearTimeout(speaking);
    speaking = setTimeout(
      () => {
        spoken = Date.now();
        find("speech").textContent = text.join("; ");
      },
      Math.max(0, spoken + BETWEEN - Date.now()),
    );
  }

  /** The whole answer in the place of the list, which waits; the browser's own way back leads to it. */
  function show(row, remember) {
    close();
    const page = new DOMParser().parseFromString(row.answer.page, "text/html");
    const answer = document.adoptNode(page.querySelector("main"));
    for (const again of answer.querySelectorAll(".more a:not([download])")) again.remove();
    for (const link of answer.querySelectorAll("a[href^='/']")) link.target = "_blank"; // the list would be lost
    answer.prepend(copy("back"));
    answer.querySelector("button").addEventListener("click", () => history.back());
    opened = { answer, row, title: document.title, top: scrollY };
    home.replaceWith(answer);
    document.title = page.title;
    if (remember) history.pushState({ row: rows.indexOf(row) }, "");
    answer.focus();
    scrollTo(0, 0);
  }

  function close() {
    if (!opened) return;
    const { answer, row, title, top } = opened;
    opened = null;
    answer.replaceWith(home);
    document.title = title;
    find("open", row.shown).focus();
    scrollTo(0, top);
  }

  /** A cell that no program of tables takes for a formula. */
  function cell(value) {
    const text = String(value ?? "").replace(/[\r\n\t]+/g, " ");
    return `"${(/^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  }

  function table() {
    const lines = rows.map((row) => {
      const told = row.answer ? { ...row.answer, verdict: row.answer.word } : { verdict: row.text, reasons: row.why };
      return [row.file.name, ...COLUMNS.map((name) => told[name])];
    });
    const text = [["file", ...COLUMNS].map((name) => say(name)), ...lines].map((line) => line.map(cell).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`\ufeff${text.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" }));
    link.download = `${say("csv")}-${new Date().toLocaleDateString("sv")}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  addEventListener("popstate", () => {
    const row = rows[history.state?.row];
    if (row?.answer) show(row, false);
    else if (!location.hash) close(); // but for the link to the content
  });
  addEventListener("beforeunload", (event) => busy() && event.preventDefault());
  addEventListener("pageshow", choose); // a browser that comes back may hold a choice still
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault(); // else the browser would open it in the place of this page
    if (!home.isConnected || !event.dataTransfer.files.length) return;
    form().elements.file.files = event.dataTransfer.files;
    choose();
  });
  addEventListener("DOMContentLoaded", () => {
    home = document.querySelector("main");
    words = copy("words");
    form().elements.file.multiple = true;
    form().elements.file.addEventListener("change", choose);
    form().addEventListener("submit", (event) => {
      const { length } = event.target.elements.file.files;
      const several = length > 1;
      const { refused } = event.target.dataset;
      if (several || refused || !length) event.preventDefault();
      if (!length) refuse(say("none"));
      if (several && !refused) start();
    });
    find("table").addEventListener("click", table);
    find("many").hidden = false;
  });
})();
