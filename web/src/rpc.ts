// Questions to one node, by JSON-RPC over HTTP.

export class NodeError extends Error {}

const PATIENCE_MS = 15_000;

export class Node {
  constructor(readonly url: string) {
    const parsed = new URL(url);
    const local = ["localhost", "127.0.0.1"].includes(parsed.hostname);
    if (parsed.protocol !== "https:" && !(local && parsed.protocol === "http:")) throw new NodeError("https");
  }

  async ask(method: string, ...params: unknown[]): Promise<any> {
    let answer: any;
    try {
      const sent = await fetch(this.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      answer = await sent.json();
    } catch (error) {
      throw new NodeError(`${method}: ${(error as Error).message}`);
    }
    if (answer?.result === undefined || answer.result === null) {
      throw new NodeError(`${method}: ${String(answer?.error?.message ?? "no result").slice(0, 200)}`);
    }
    return answer.result;
  }
}
