// What was done, or why not, in a line at the bottom; read out by screen readers.

import { must } from "../dom";

let timer = 0;

export function say(text: string, trouble = false): void {
  const place = must("said");
  place.textContent = text;
  place.className = trouble ? "trouble" : "fine";
  clearTimeout(timer);
  if (!trouble) timer = window.setTimeout(() => { place.className = ""; place.textContent = ""; }, 6000);
}
