// Made by scripts/make_types.py from selat.model; change it there, then run `python3 dev.py docs`.

export const POSITION_SCALE = 600000;
export const LON_NA = 108600000;
export const LAT_NA = 54600000;
export const SOG_NA = 1023;
export const COG_NA = 3600;
export const HEADING_NA = 511;
export const AGE_OLD = 255;
export const CLASS_MASK = 7;
export const FLAG_LOST = 8;
export const FLAG_ALERT = 16;
export const FLAG_MOORED = 32;
export const FLAG_SENSOR = 64;
export const KIND_CHANGE = 1;
export const KIND_SNAPSHOT = 2;
export const HEADER_BYTES = 16;
export const ROW_BYTES = 20;
export const CLASS_NAMES = ["unknown", "A", "B", "base", "aton", "sar_aircraft", "beacon"] as const;
export type Cls = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** First byte of each field in a row of the feed; little-endian. */
export const ROW_AT = {
  mmsi: 0,
  lon: 4,
  lat: 8,
  sog: 12,
  cog: 14,
  hdg: 16,
  age: 18,
  flags: 19,
} as const;

/** Fields of a row in the feed's units, in the order of the row. */
export type WireRow = [mmsi: number, lon: number, lat: number, sog: number, cog: number, hdg: number, age: number, flags: number];

/** The row that begins at byte `at`. */
export function wireRow(view: DataView, at: number): WireRow {
  return [
    view.getUint32(at + ROW_AT.mmsi, true),
    view.getInt32(at + ROW_AT.lon, true),
    view.getInt32(at + ROW_AT.lat, true),
    view.getUint16(at + ROW_AT.sog, true),
    view.getUint16(at + ROW_AT.cog, true),
    view.getUint16(at + ROW_AT.hdg, true),
    view.getUint8(at + ROW_AT.age),
    view.getUint8(at + ROW_AT.flags),
  ];
}

/** Most urgent first (IMO MSC.302(87)). */
export const PRIORITIES = ["emergency", "alarm", "warning", "caution"] as const;
export type Priority = "emergency" | "alarm" | "warning" | "caution";
export const ALERT_STATES = ["active", "acknowledged", "rectified", "cleared", "retracted"] as const;
export type AlertState = "active" | "acknowledged" | "rectified" | "cleared" | "retracted";

/** Bits of the column `flags`. */
export const Flag = {
  ACCURATE: 1,
  RAIM: 2,
  SECOND: 4,
  LONG: 8,
  SHORT: 16,
  OWN_SHIP: 32,
  TAG_CHECKSUM: 64,
  NULLED: 128,
  ASSIGNED: 256,
  OFF_POSITION: 512,
  VIRTUAL: 1024,
  REPEATED: 2048,
  MANOEUVRE: 4096,
  DEAD_RECKONED: 8192,
} as const;

/** Where `time` comes from, least trusted first (reference: NMEA 0183 TAG block, IEC 62320-1). */
export const TimeQuality = {
  NONE: 0,
  CLOCK: 1,
  CARRIED: 2,
  SUFFIX: 3,
  PGHP: 4,
  TAG_S: 5,
  TAG_MS: 6,
  ARCHIVE: 7,
} as const;

/** Why a line was rejected. The number is stored; the name is shown. */
export const Reason = {
  BLANK: 1,
  NOT_AIS: 2,
  NOISE: 3,
  STRUCTURE: 4,
  CHECKSUM: 5,
  ARMOUR: 6,
  TOO_LONG: 7,
  FRAGMENT_MISSING: 8,
  LENGTH: 9,
  UNKNOWN_TYPE: 10,
  MMSI: 11,
  COLUMNS: 12,
  TIME: 13,
  NUMBER: 14,
  RANGE: 15,
  ENCODING: 16,
  JSON: 17,
  TRUNCATED: 18,
  NO_PLACE: 19,
  AIRCRAFT: 20,
} as const;

/** Position reports: one row an observation as sent (AIS types 1-3, 4, 9, 11, 18, 19, 21, 27; archives). */
export interface ReportsRow {
  /** When it was so: best time of the position itself */
  time: string | null;
  /** When it was heard: by the receiver or, live, by us */
  received: string | null;
  /** Arrival order: number of the line in the journal of the sea, counted from 0 */
  seq: number;
  /** Maritime mobile service identity of the sender */
  mmsi: number;
  /** AIS message type 1 to 28; 0: not from AIS */
  msg_type: number;
  /** Latitude, WGS 84, north positive [deg] */
  lat: number | null;
  /** Longitude, WGS 84, east positive [deg] */
  lon: number | null;
  /** Speed over ground; stored in 0.1 knot; 102.2 kn (aircraft 1,022 kn) means that or more [m/s] */
  sog: number | null;
  /** Course over ground, true; stored in 0.1 degree [deg] */
  cog: number | null;
  /** True heading [deg] */
  heading: number | null;
  /** Rate of turn, right positive; stored as the standard's ROT_AIS = 4.733 sqrt(deg/min); +-127: more than 5 deg in 30 s [deg/s] */
  rot: number | null;
  /** Navigational status 0 to 15 */
  nav_status: number | null;
  /** Altitude of an aircraft; 4,094 m means that or more [m] */
  altitude: number | null;
  /** Bits of selat.model.schema.Flag [bits] */
  flags: number;
  /** Where time comes from: selat.model.schema.TimeQuality */
  time_quality: number;
  /** Receiving station: row of the table stations; 0: unknown */
  station: number;
}

/** Static and voyage data as declared (AIS types 5, 19, 21, 24; archives). */
export interface StaticsRow {
  /** When it was so: best time of the position itself */
  time: string | null;
  /** When it was heard: by the receiver or, live, by us */
  received: string | null;
  /** Arrival order: number of the line in the journal of the sea, counted from 0 */
  seq: number;
  /** Maritime mobile service identity of the sender */
  mmsi: number;
  /** AIS message type 1 to 28; 0: not from AIS */
  msg_type: number;
  /** IMO ship identification number */
  imo: number | null;
  /** Call sign */
  callsign: string | null;
  /** Name of the ship or aid to navigation */
  name: string | null;
  /** Type of ship and cargo; aid type for Message 21 */
  ship_type: number | null;
  /** Antenna to bow (A); 511 means that or more [m] */
  to_bow: number | null;
  /** Antenna to stern (B) [m] */
  to_stern: number | null;
  /** Antenna to port side (C); 63 means that or more [m] */
  to_port: number | null;
  /** Antenna to starboard side (D) [m] */
  to_starboard: number | null;
  /** Type of position fixing device */
  epfd: number | null;
  /** Maximum present static draught; stored in 0.1 m [m] */
  draught: number | null;
  /** Destination as typed */
  destination: string | null;
  /** Estimated time of arrival, month [month] */
  eta_month: number | null;
  /** Estimated time of arrival, day [day] */
  eta_day: number | null;
  /** Estimated time of arrival, hour UTC [h] */
  eta_hour: number | null;
  /** Estimated time of arrival, minute [min] */
  eta_minute: number | null;
  /** Vendor ID of a class B unit */
  vendor: string | null;
  /** MMSI of the mother ship of an auxiliary craft */
  mothership: number | null;
  /** Bits of selat.model.schema.Flag [bits] */
  flags: number;
  /** Where time comes from: selat.model.schema.TimeQuality */
  time_quality: number;
  /** Receiving station: row of the table stations; 0: unknown */
  station: number;
}

/** All other kept messages (texts, binary, control) with their payload, nothing thrown away. */
export interface MessagesRow {
  /** When it was so: best time of the position itself */
  time: string | null;
  /** When it was heard: by the receiver or, live, by us */
  received: string | null;
  /** Arrival order: number of the line in the journal of the sea, counted from 0 */
  seq: number;
  /** Maritime mobile service identity of the sender */
  mmsi: number;
  /** AIS message type 1 to 28; 0: not from AIS */
  msg_type: number;
  /** Addressee */
  dest_mmsi: number | null;
  /** Designated area code of a binary message */
  dac: number | null;
  /** Function identifier of a binary message */
  fi: number | null;
  /** Safety related text */
  text: string | null;
  /** Length of the message [bits] */
  nbits: number;
  /** The message's bits, eight a byte, first bit highest [bits] */
  payload: string | null;
  /** Bits of selat.model.schema.Flag [bits] */
  flags: number;
  /** Where time comes from: selat.model.schema.TimeQuality */
  time_quality: number;
  /** Receiving station: row of the table stations; 0: unknown */
  station: number;
}

/** Lines that repeat a message already heard: who else heard it (the list of receivers). */
export interface ReceptionsRow {
  /** Number of the repeating line */
  seq: number;
  /** Number of the line whose message was kept */
  first_seq: number | null;
  /** When it was heard */
  received: string | null;
  /** Sender; 0 where only a fragment repeats */
  mmsi: number | null;
  /** Who heard it */
  station: number;
}

/** Lines that were not kept, with the reason and their bytes. */
export interface RejectsRow {
  /** Number of the line */
  seq: number;
  /** When it was heard */
  received: string | null;
  /** Where the line begins in its source [bytes] */
  offset: number;
  /** selat.model.errors.Reason */
  reason: number;
  /** Length of the line, without its line end [bytes] */
  length: number;
  /** The line, cut after 4,096 bytes [bytes] */
  raw: string | null;
  /** Row of the table sources; 0: unknown */
  source: number;
}

/** When a source was silent: absence is never inferred from a dead feed. */
export interface OutagesRow {
  /** Name of the source */
  source: string | null;
  /** Last time something was heard before the silence */
  began: string | null;
  /** When something was heard again; null: still silent */
  ended: string | null;
  /** refused, lost, silent, closed, stopped, overrun */
  reason: string | null;
  /** What the system said */
  detail: string | null;
}

/** What needs a look, and why (states: IMO MSC.302(87), IEC 62923). */
export interface AlertsRow {
  /** Hash of rule, subjects and start: a replay makes the same */
  id: string;
  /** Name of the rule */
  rule: string | null;
  /** Version of the rule */
  version: string | null;
  /** emergency, alarm, warning, caution */
  priority: Priority;
  /** active, acknowledged, rectified, cleared, retracted */
  state: AlertState;
  /** MMSI of the ships concerned, a JSON list */
  subjects: number[];
  /** When it began */
  time: string | null;
  /** When it was last so */
  last: string | null;
  /** Latitude [deg] */
  lat: number | null;
  /** Longitude [deg] */
  lon: number | null;
  /** The reason in one sentence, measured value against threshold */
  sentence: string | null;
  /** Numbers and the seq of the lines they rest on */
  evidence: Record<string, unknown>;
  /** Parameters of the rule, SI */
  parameters: Record<string, unknown>;
  /** How sure the rule is, 0 to 1: the product of the parts in detail */
  confidence: number | null;
  /** Parts of the confidence, what would make it false, suggested action, source of the geometry */
  detail: Record<string, unknown>;
  /** Alert of the same event that stands for this one; empty: it stands for itself */
  lead: string | null;
}

/** Last position and declared facts of a ship. */
export interface ShipsRow {
  /** Maritime mobile service identity of the sender */
  mmsi: number;
  /** When it was so: best time of the position itself */
  time: string | null;
  /** Latitude, WGS 84, north positive [deg] */
  lat: number | null;
  /** Longitude, WGS 84, east positive [deg] */
  lon: number | null;
  /** Speed over ground; stored in 0.1 knot; 102.2 kn (aircraft 1,022 kn) means that or more [m/s] */
  sog: number | null;
  /** Course over ground, true; stored in 0.1 degree [deg] */
  cog: number | null;
  /** True heading [deg] */
  heading: number | null;
  /** Rate of turn, right positive; stored as the standard's ROT_AIS = 4.733 sqrt(deg/min); +-127: more than 5 deg in 30 s [deg/s] */
  rot: number | null;
  /** Navigational status 0 to 15 */
  nav_status: number | null;
  /** Altitude of an aircraft; 4,094 m means that or more [m] */
  altitude: number | null;
  /** When it was heard: by the receiver or, live, by us */
  received: string | null;
  /** AIS message type 1 to 28; 0: not from AIS */
  msg_type: number | null;
  /** Bits of selat.model.schema.Flag [bits] */
  flags: number | null;
  /** Where time comes from: selat.model.schema.TimeQuality */
  time_quality: number | null;
  /** Receiving station: row of the table stations; 0: unknown */
  station: number | null;
  /** Arrival order: number of the line in the journal of the sea, counted from 0 */
  seq: number | null;
  /** IMO ship identification number */
  imo: number | null;
  /** Call sign */
  callsign: string | null;
  /** Name of the ship or aid to navigation */
  name: string | null;
  /** Type of ship and cargo; aid type for Message 21 */
  ship_type: number | null;
  /** Antenna to bow (A); 511 means that or more [m] */
  to_bow: number | null;
  /** Antenna to stern (B) [m] */
  to_stern: number | null;
  /** Antenna to port side (C); 63 means that or more [m] */
  to_port: number | null;
  /** Antenna to starboard side (D) [m] */
  to_starboard: number | null;
  /** Type of position fixing device */
  epfd: number | null;
  /** Maximum present static draught; stored in 0.1 m [m] */
  draught: number | null;
  /** Destination as typed */
  destination: string | null;
  /** Estimated time of arrival, month [month] */
  eta_month: number | null;
  /** Estimated time of arrival, day [day] */
  eta_day: number | null;
  /** Estimated time of arrival, hour UTC [h] */
  eta_hour: number | null;
  /** Estimated time of arrival, minute [min] */
  eta_minute: number | null;
  /** Vendor ID of a class B unit */
  vendor: string | null;
  /** MMSI of the mother ship of an auxiliary craft */
  mothership: number | null;
  /** Time of the newest declaration */
  declared: string | null;
}
