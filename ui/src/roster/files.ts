// What is shown as CSV, as a workbook (XLSX) and as GeoJSON, made in the browser: what was seen is what is handed out.

import type { Contact } from "../fleet";
import { csvRow } from "../stats/shell";
import type { Column } from "./columns";

type Cell = string | number | null;

export interface Sheet {
  head: string[];
  rows: Cell[][];
}

/** Chosen columns of ships, in their order; texts as they are, numbers as numbers. */
export function sheetOf(ships: Contact[], columns: Column[], nowMs: number): Sheet {
  return { head: columns.map((c) => c.key), rows: ships.map((ship) => columns.map((c) => (c.file ?? c.value).call(c, ship, nowMs))) };
}

export function csvOf(sheet: Sheet): string {
  return csvRow(sheet.head) + sheet.rows.map(csvRow).join("");
}

/** RFC 7946: a point a ship, with the chosen columns. */
export function geojsonOf(ships: Contact[], columns: Column[], nowMs: number): string {
  const sheet = sheetOf(ships, columns, nowMs);
  return JSON.stringify({ type: "FeatureCollection", features: ships.map((ship, k) => ({
    type: "Feature", id: ship.mmsi, geometry: { type: "Point", coordinates: [Number(ship.lon.toFixed(6)), Number(ship.lat.toFixed(6))] },
    properties: { mmsi: ship.mmsi, ...Object.fromEntries(sheet.head.map((name, i) => [name, sheet.rows[k]?.[i] ?? null])) } })) });
}

// --- XLSX: Office Open XML (ECMA-376), the least that is a workbook, in a ZIP without compression --------------------

function escaped(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function letters(k: number): string {
  return k < 26 ? String.fromCharCode(65 + k) : letters(Math.floor(k / 26) - 1) + String.fromCharCode(65 + (k % 26));
}

function row(cells: Cell[], n: number): string {
  return `<row r="${n}">${cells.map((cell, k) => {
    const at = `${letters(k)}${n}`;
    if (cell === null || cell === "" || (typeof cell === "number" && !Number.isFinite(cell))) return "";
    // A text is a text in a workbook: what begins with = is never run.
    return typeof cell === "number" ? `<c r="${at}"><v>${cell}</v></c>` : `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
  }).join("")}</row>`;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELS = "http://schemas.openxmlformats.org/package/2006/relationships";
const DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml";

export function xlsxOf(sheet: Sheet, title: string): Uint8Array {
  const last = `${letters(Math.max(sheet.head.length - 1, 0))}${sheet.rows.length + 1}`;
  return zip([
    ["[Content_Types].xml", `${HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${KIND}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${KIND}.worksheet+xml"/></Types>`],
    ["_rels/.rels", `${HEAD}<Relationships xmlns="${RELS}"><Relationship Id="rId1" Type="${DOC}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ["xl/workbook.xml", `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${DOC}"><sheets><sheet name="${escaped(title).replace(/[\\/?*[\]:"]/g, " ").slice(0, 31)}" sheetId="1" r:id="rId1"/></sheets></workbook>`],
    ["xl/_rels/workbook.xml.rels", `${HEAD}<Relationships xmlns="${RELS}"><Relationship Id="rId1" Type="${DOC}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`],
    ["xl/worksheets/sheet1.xml", `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>${[sheet.head, ...sheet.rows].map((cells, k) => row(cells, k + 1)).join("")}</sheetData><autoFilter ref="A1:${last}"/></worksheet>`],
  ]);
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(data: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of data) c = (CRC[(c ^ byte) & 255] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** A ZIP (PKWARE APPNOTE 6.3) of stored files, dated 1980-01-01: the same rows make the same bytes. */
function zip(files: [string, string][]): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  for (const [name, text] of files) {
    const [label, data] = [encoder.encode(name), encoder.encode(text)];
    const record = (signature: number, size: number) => {
      const bytes = new Uint8Array(size + label.length);
      const view = new DataView(bytes.buffer);
      const shift = size === 46 ? 2 : 0; // the central record says first who made it
      view.setUint32(0, signature, true);
      if (shift) view.setUint16(4, 20, true);
      view.setUint16(4 + shift, 20, true);
      view.setUint16(6 + shift, 0x0800, true);
      view.setUint16(12 + shift, 0x21, true);
      view.setUint32(14 + shift, crc32(data), true);
      view.setUint32(18 + shift, data.length, true);
      view.setUint32(22 + shift, data.length, true);
      view.setUint16(26 + shift, label.length, true);
      if (shift) view.setUint32(42, at, true);
      bytes.set(label, size);
      return bytes;
    };
    const local = record(0x04034b50, 30);
    central.push(record(0x02014b50, 46));
    parts.push(local, data);
    at += local.length + data.length;
  }
  const size = central.reduce((n, p) => n + p.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, at, true);
  const out = new Uint8Array(at + size + 22);
  let to = 0;
  for (const part of [...parts, ...central, new Uint8Array(end.buffer)]) {
    out.set(part, to);
    to += part.length;
  }
  return out;
}
