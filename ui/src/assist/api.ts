// Questions to the register, and what comes back. Numbers of the log are ns UTC; ids go into the address as they are.

export class Refused extends Error {
  constructor(message: string, readonly hint: string, readonly status: number) {
    super(message);
  }
}

/** The tier that is looked through; empty: the own one. */
let seen = new URLSearchParams(location.search).get("as") ?? "";


export function seeAs(tier: string): void {
  seen = tier;
}

export function address(path: string, query: Record<string, string | number> = {}): string {
  const more = new URLSearchParams();
  if (seen) more.set("as", seen);
  for (const [key, value] of Object.entries(query)) if (value !== "") more.set(key, String(value));
  const text = more.toString();
  return `api/assist${path}${text ? `?${text}` : ""}`;
}

/** An id as a part of an address: slashes stay, as the server takes the rest of the path. */
export function part(id: string): string {
  return id.split("/").map(encodeURIComponent).join("/");
}

async function answered(answer: Response): Promise<unknown> {
  const text = await answer.text();
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    throw new Refused(`${answer.status}`, "", answer.status);
  }
  if (answer.ok) return told;
  const { error, hint } = told as { error?: string; hint?: string };
  throw new Refused(error ?? String(answer.status), hint ?? "", answer.status);
}

export async function get<T>(path: string, query: Record<string, string | number> = {}): Promise<T> {
  return (await answered(await fetch(address(path, query)))) as T;
}

export async function post<T>(path: string, body: unknown, query: Record<string, string | number> = {}): Promise<T> {
  const raw = body instanceof Blob;
  const answer = await fetch(address(path, query), {
    method: "POST", body: raw ? body : JSON.stringify(body),
    headers: { "content-type": raw ? "application/octet-stream" : "application/json" },
  });
  return (await answered(answer)) as T;
}

export type Said = { value: unknown; source: string; who: string; at: number; confidence: string; entry: number };
export type Claims = { field: string; what: string; said: Said[] }[];
export type Lot = {
  lot: string; what: string; ordered: number; delivered: number; tender: string | null; last_delivery: string | null;
  lead_days: number[]; planned: string | null; late_days: number;
};
export type Figure = { value: number; low: number | null; high: number | null; period_from: string | null; period_to: string | null; text: string | null };
export type Measure = { indicator: string; unit: string; verdict: string; baseline?: Figure; expected?: Figure; measured?: Figure };
export type Due = { what: string; id: string; target: string; day: string; days: number; text: string };
export type Programme = {
  programme: string; title: string | null; equipment: string | null; donor: string; recipient: string | null; amount_jpy: number | null;
  state: string; signed_on: string | null; days_to_delivery: number[]; agreed: number; delivered: number; fiscal_year: number;
  lots: Lot[]; items?: Record<string, number>; hours?: Record<string, number>; open_observations?: string[];
  inspections_due?: { due: string; inspection: string; overdue: boolean }[]; measures?: Measure[];
};
export type Observation = {
  id: string; check: string; target: string; sentence: string; state: string; made: number; evidence?: unknown;
  answers: [number, string, string, string, number][]; reason?: string; person?: string; document?: string;
};
export type ItemRow = {
  id: string; serial: string | null; programme: string; model: string; state: string; since: number | null; unit: string; place: string;
  hours: Record<string, number>; best_grade: string;
};
export type Start = {
  examples: string[];
  tier: string; shown: string; user: string | null; entries: number; now: number; open_conflicts: number; writes: string[] | null;
  countries: { country: string; programmes: number; amount_jpy: number; without_amount: number }[];
};
export type Conflict = {
  id: string; state: string; message: string; hint: string; device: string; who: string; choice?: string; reason?: string; person?: string;
  deed: { kind: string; subject: string; at: number; data: Record<string, unknown>; source: string; who: string };
  standing?: { n: number; kind: string; at: number; who: string; source: string; data: Record<string, unknown> };
};
