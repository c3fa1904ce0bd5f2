// Sends the queue: files first, then the deeds in their order. A deed leaves the device only when the register has acknowledged it;
// it carries an id of its own, so that sending it twice changes nothing.

import { get, post, Refused } from "../assist/api";
import { dequeue, file, keep, mark, queue, sweep, type Deed, type List } from "./store";

export type Outcome = { sent: number; conflicts: number; refused: number; trouble: string };
type Answer = { cid: string; state: "written" | "known" | "conflict" | "resolved" | "refused"; message?: string; hint?: string };

const AT_ONCE = 50;
let running: Promise<Outcome> | null = null;

/** One at a time: who asks while it runs waits for the same outcome. */
export function send(who: string): Promise<Outcome> {
  running ??= once(who).finally(() => { running = null; });
  return running;
}

async function once(who: string): Promise<Outcome> {
  const out: Outcome = { sent: 0, conflicts: 0, refused: 0, trouble: "" };
  try {
    for (;;) {
      const waiting = (await queue()).filter((d) => !d.refused).slice(0, AT_ONCE);
      if (!waiting.length) break;
      const ready: Deed[] = [];
      for (const deed of waiting) if (await upload(deed, out)) ready.push(deed);
      if (!ready.length) continue; // each of them is marked as refused
      const { answers } = await post<{ answers: Answer[] }>("/field/sync", { who, deeds: ready.map(({ seq: _, refused: __, ...deed }) => deed) });
      if (!(await take(ready, answers, out))) break;
    }
    await sweep();
    await fetchList();
  } catch (error) {
    out.trouble = error instanceof Refused ? (error.status === 401 ? "login" : error.message) : "offline";
  }
  return out;
}

/** Sends the file that a deed names; false where the register will never take it: the others must not wait for that. */
async function upload(deed: Deed, out: Outcome): Promise<boolean> {
  const sha = (deed.data.sha256 ?? deed.data.photo) as string | undefined;
  const blob = sha ? await file(sha) : undefined;
  if (!sha || !blob) return true;
  const answer = await fetch(`api/assist/field/file/${sha}`, { method: "PUT", body: blob, headers: { "content-type": "application/octet-stream" } });
  if (answer.ok) return true;
  if (answer.status !== 400 && answer.status !== 413) throw new Refused(`${answer.status}`, "", answer.status);
  const told = (await answer.json().catch(() => ({}))) as { error?: string; hint?: string };
  out.refused += 1;
  await mark({ ...deed, refused: { message: told.error ?? String(answer.status), hint: told.hint ?? "" } });
  return false;
}

/** Acts on the answers; false where nothing moved, so that the loop ends. */
async function take(waiting: Deed[], answers: Answer[], out: Outcome): Promise<boolean> {
  const by = new Map(answers.map((a) => [a.cid, a]));
  const done: number[] = [];
  let moved = 0;
  for (const deed of waiting) {
    const answer = by.get(deed.cid);
    if (!answer) continue;
    moved += 1;
    if (answer.state === "refused") {
      out.refused += 1;
      await mark({ ...deed, refused: { message: answer.message ?? "", hint: answer.hint ?? "" } });
    } else {
      done.push(deed.seq as number);
      if (answer.state === "conflict") out.conflicts += 1;
      else out.sent += 1;
    }
  }
  await dequeue(done);
  return moved > 0;
}

export async function fetchList(): Promise<List> {
  const list = await get<List>("/field/list");
  list.taken = new Date().toISOString();
  await keep("list", list);
  return list;
}
