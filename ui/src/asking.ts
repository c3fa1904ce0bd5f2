// Questions that may have to wait: a server that is busy with other ones says when to ask again.

const TRIES = 4;
const LONGEST_S = 30;

function wait(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, stop) => {
    const timer = setTimeout(done, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      stop(signal.reason as Error);
    }, { once: true });
  });
}

/** The answer to a question, asked again where the server is busy. Throws an Error with what is wrong and what to do. */
export async function askJson<T>(address: string, signal?: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(address, signal ? { signal } : {});
    const told = (await answer.json()) as T & { error?: string; hint?: string };
    if (answer.ok) return told;
    const after = Number(answer.headers.get("Retry-After"));
    if (answer.status !== 503 || !(after > 0) || tries >= TRIES) throw new Error([told.error, told.hint].filter(Boolean).join(". "));
    await wait(Math.min(after, LONGEST_S), signal);
  }
}
