// The camera and the photo: codes are read on the reader's own machine; a picture leaves it only if that fails.
import { ours, reader, readers } from "./read.js";

const { ask } = globalThis.asking;

const BETWEEN = 80; // milliseconds between two looks
const HINT = 12_000; // after which it helps to say how a code is held
const LONGEST = 4096; // pixels of a photo's side: finer helps nobody

const find = (name) => document.querySelector(`[data-${name}]`);
const canvas = document.createElement("canvas");
const brush = canvas.getContext("2d", { willReadFrequently: true });
let camera = null;

/** Show one of the scanner's sentences, or none. */
function say(name) {
  for (const one of document.querySelectorAll("[data-say]")) {
    one.hidden = one.dataset.say !== name;
    if (!one.hidden) one.scrollIntoView({ block: "nearest" }); // a photo was chosen in another card
  }
}

function draw(picture, width, height) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function stop() {
  for (const track of camera?.getTracks() ?? []) track.stop();
  camera = null;
  if (!find("viewer")) return;
  find("viewer").hidden = true;
  find("scan").hidden = false;
}

function refused(error) {
  if (!navigator.mediaDevices) return "absent"; // an old browser, or a page without TLS
  if (error.name === "NotAllowedError") return "refused";
  return error.name === "NotReadableError" ? "busy" : "absent";
}

async function scan() {
  say("starting");
  find("scan").hidden = true;
  let look;
  try {
    camera = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
  } catch (error) {
    stop();
    return say(refused(error));
  }
  const mine = camera;
  const video = find("film");
  try {
    look = await reader();
    video.srcObject = mine;
    find("viewer").hidden = false;
    await video.play();
  } catch {
    stop();
    return say("unloaded");
  }
  say("looking");
  const since = performance.now();
  let foreign = false;
  while (camera === mine) {
    const texts = await look(draw(video, video.videoWidth, video.videoHeight)).catch(() => []);
    if (camera !== mine) return;
    const text = texts.find(ours);
    if (text) {
      stop();
      say(null);
      return ask(text);
    }
    foreign ||= texts.length > 0;
    if (foreign) say("foreign");
    else if (performance.now() - since > HINT) say("hint");
    await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }
}

/** Read a photo here; hand it in as it is if that finds nothing. */
async function photo(form, file) {
  say("reading");
  let texts = [];
  try {
    const picture = await createImageBitmap(file);
    const drawn = draw(picture, picture.width, picture.height);
    for await (const look of readers()) {
      texts = await look(drawn).catch(() => []);
      if (texts.some(ours)) break;
    }
  } catch {
    texts = []; // no picture that a browser opens, or no reader: the server has others
  }
  const text = texts.find(ours);
  say(text ? null : texts.length ? "foreign" : "sending");
  if (text) await ask(text);
  else if (!texts.length) await ask(new FormData(form));
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-scan]")) scan();
  if (event.target.closest("[data-stop]")) {
    stop();
    say(null);
  }
});

document.addEventListener("submit", (event) => {
  const file = event.target.elements.file?.files[0];
  if (event.defaultPrevented || !file) return;
  event.preventDefault();
  if (file.type.startsWith("image/")) photo(event.target, file);
  else ask(new FormData(event.target));
});

addEventListener("pagehide", stop);
document.addEventListener("visibilitychange", () => document.hidden && camera && (stop(), say(null)));
find("scanner").hidden = false;
