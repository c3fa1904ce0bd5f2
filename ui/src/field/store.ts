// What the device keeps: the list, the queue of deeds, files by their hash. IndexedDB, so that a reload or a flat battery loses nothing.

export type Deed = {
  seq?: number; cid: string; kind: string; subject: string; at: string; data: Record<string, unknown>; device: string;
  refused?: { message: string; hint: string };
};
export type Good = {
  id: string; serial: string; tag: string; programme: string; tranche: string; model: string; class: string; state: string; unit: string; delivered: boolean;
};
export type List = {
  entries: number; items: Good[]; tranches: { id: string; what: string; delivered_on: string }[]; units: string[]; missions: string[];
  user: string | null; taken?: string;
};

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("selat-field", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("queue", { keyPath: "seq", autoIncrement: true }).createIndex("cid", "cid", { unique: true });
      asked.result.createObjectStore("files");
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("no store"));
  });
  return opened;
}

/** One transaction: resolved when it is on the disk, with the value of the last request. */
async function within<T>(names: string[], mode: IDBTransactionMode, work: (stores: IDBObjectStore[]) => IDBRequest<T> | null): Promise<T> {
  const db = await open();
  return new Promise((resolve, reject) => {
    const all = db.transaction(names, mode, { durability: "strict" });
    const last = work(names.map((n) => all.objectStore(n)));
    all.oncomplete = () => resolve((last ? last.result : undefined) as T);
    all.onabort = all.onerror = () => reject(all.error ?? new Error("not kept"));
  });
}

export const queue = (): Promise<Deed[]> => within(["queue"], "readonly", ([q]) => q!.getAll());
export const file = (sha: string): Promise<Blob | undefined> => within(["files"], "readonly", ([f]) => f!.get(sha) as IDBRequest<Blob | undefined>);
export const kept = <T>(name: string): Promise<T | undefined> => within(["kept"], "readonly", ([k]) => k!.get(name) as IDBRequest<T | undefined>);
export const keep = (name: string, value: unknown): Promise<IDBValidKey> => within(["kept"], "readwrite", ([k]) => k!.put(value, name));

/** Deeds into the queue, all or none, with the files that they name. */
export async function enqueue(deeds: Deed[], files: [string, Blob][] = []): Promise<void> {
  await within<undefined>(["queue", "files"], "readwrite", ([q, f]) => {
    for (const [sha, blob] of files) f!.put(blob, sha);
    for (const deed of deeds) q!.add(deed);
    return null;
  });
}

/** Out of the queue: only what was acknowledged, or what a person throws away. */
export async function dequeue(seqs: number[]): Promise<void> {
  await within<undefined>(["queue"], "readwrite", ([q]) => { for (const n of seqs) q!.delete(n); return null; });
}

export async function mark(deed: Deed): Promise<void> {
  await within(["queue"], "readwrite", ([q]) => q!.put(deed));
}

/** Files that no deed of the queue names any more. */
export async function sweep(): Promise<void> {
  const needed = new Set((await queue()).map((d) => d.data.sha256 ?? d.data.photo));
  await within<undefined>(["files"], "readwrite", ([f]) => {
    const asked = f!.getAllKeys();
    asked.onsuccess = () => { for (const key of asked.result) if (!needed.has(key)) f!.delete(key); };
    return null;
  });
}

export async function sha256(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}
