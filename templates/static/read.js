// Reads QR codes out of a picture: with the browser's own reader where it has one, else with ours, loaded when first asked.

/** Whether a text is a transcript's code: an address up to /V#, or digits alone; what follows is the server's to judge. */
export const ours = (text) => /^\s*(?:[hH][tT]{2}[pP][sS]?:\/\/[A-Za-z0-9.:-]{1,40}\/V#|[0-9]{204,}\s*$)/.test(text);

/** Readers to try one after the other; each takes a canvas and gives the texts that it found. */
export async function* readers() {
  const own = await native();
  if (own) yield own;
  yield await vendored();
}

/** The reader for a film. */
export const reader = async () => (await native()) ?? vendored();

async function native() {
  try {
    const formats = await globalThis.BarcodeDetector.getSupportedFormats();
    if (!formats.includes("qr_code")) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    await detector.detect(document.createElement("canvas")); // some announce a reader that is not there
    return async (canvas) => (await detector.detect(canvas)).map((code) => code.rawValue);
  } catch {
    return null;
  }
}

let loading = null;

function vendored() {
  loading ??= load().catch((error) => {
    loading = null; // the network may be back next time
    throw error;
  });
  return loading;
}

async function load() {
  await new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("zxing_reader.js", import.meta.url).href;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
  await ZXingWASM.prepareZXingModule({
    overrides: { locateFile: (name) => new URL(name, import.meta.url).href },
    fireImmediately: true,
  });
  return async (canvas) => {
    const picture = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = await ZXingWASM.readBarcodes(picture, { formats: ["QRCode"], maxNumberOfSymbols: 8 });
    return found.map((code) => code.text);
  };
}
