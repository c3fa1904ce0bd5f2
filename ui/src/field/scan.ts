// Reads QR codes: by the browser's own detector where there is one, else by a small decoder that comes with the page.

import decodeQR from "qr/decode.js";

type Detector = { detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]> };
type DetectorClass = { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> };

const WIDEST = 1000; // pixels that the decoder looks at
let own: Promise<Detector | null> | null = null;

async function make(): Promise<Detector | null> {
  const found = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (!found) return null;
  try {
    return (await found.getSupportedFormats()).includes("qr_code") ? new found({ formats: ["qr_code"] }) : null;
  } catch {
    return null; // it is there, but does not work on this machine
  }
}

/** The text of a code in a picture; empty where there is none. `hard`: a single picture, for which there is time. */
export async function read(source: ImageBitmap | HTMLVideoElement, hard = false): Promise<string> {
  own ??= make();
  const detector = await own;
  if (detector) {
    try {
      const [first] = await detector.detect(source);
      if (first) return first.rawValue;
    } catch {
      own = Promise.resolve(null); // it cannot after all: the decoder from here on
    }
  }
  const wide = source instanceof HTMLVideoElement ? source.videoWidth : source.width;
  const high = source instanceof HTMLVideoElement ? source.videoHeight : source.height;
  if (!wide || !high) return "";
  const scale = Math.min(1, WIDEST / Math.max(wide, high));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(wide * scale);
  canvas.height = Math.round(high * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return "";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  try {
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    return decodeQR(pixels, hard ? { effort: Infinity, timeLimit: 3000 } : {});
  } catch {
    return ""; // it throws where it sees no code
  }
}

export async function readFile(file: Blob): Promise<string> {
  const picture = await createImageBitmap(file);
  try {
    return await read(picture, true);
  } finally {
    picture.close();
  }
}

/** Looks through the camera until it is stopped; each code is told once while it stays in the picture. */
export class Camera {
  private stream: MediaStream | null = null;
  private seen = "";

  constructor(private readonly video: HTMLVideoElement, private readonly found: (code: string) => void) {}

  get on(): boolean {
    return this.stream !== null;
  }

  async start(): Promise<void> {
    this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    this.video.srcObject = this.stream;
    await this.video.play();
    void this.look();
  }

  stop(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  private async look(): Promise<void> {
    while (this.stream) {
      const code = await read(this.video);
      if (code && code !== this.seen) this.found(code);
      if (code) this.seen = code;
      await new Promise((next) => setTimeout(next, 150));
    }
  }
}
