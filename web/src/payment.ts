// The proof of a payment, a file of `ape run index export`: what follows from it, and what the nodes say of its block.

import { decodeEventLog } from "viem";
import { EVENTS } from "./abi";
import { commonBlock, hashAt } from "./chain";
import { headerOf, requireSeal, type Header } from "./header";
import { receiptOf, valueAt, type Log } from "./proof";
import { Refused, type Why } from "./rlp";
import { Node } from "./rpc";
import type { Hex, Snapshot } from "./types";

export const FORMAT = "kgst-event-proof/1";
/** Bytes; no more than `ape run index check` reads. */
export const MOST_BYTES = 1024 * 1024;
const MOST_NODES = 64;
/** Chains whose headers are sealed. */
const SEALED = [56, 97];

interface File {
  format: string;
  chain_id: number;
  transaction: Hex;
  transaction_index: number;
  header: Hex;
  receipts: Hex[];
}

export interface Told {
  /** Null for an event of another contract, or one that is not known here. */
  name: string | null;
  args: Record<string, unknown>;
  own: boolean;
}

export interface Payment {
  chainId: number;
  /** As the file says; nothing shows it. */
  transaction: Hex;
  index: number;
  header: Header;
  /** Whether the header is one that its miner sealed. */
  sealed: boolean;
  succeeded: boolean;
  events: Told[];
}

/** What a node has at the block's number: this block, another, none that is final, or no answer. */
export type Saying = "same" | "other" | "open" | "silent";

export interface Proof {
  name: string;
  payment: Payment | null;
  /** Why it proves nothing, or nothing of this token. */
  why: Why | "large" | "file" | "chain" | "token" | null;
  /** By the nodes' hosts; empty where none was asked. */
  nodes: { host: string; says: Saying }[];
}

/** Whether a file calls itself a proof of events. */
export const isProof = (bytes: Uint8Array): boolean => new TextDecoder().decode(bytes.slice(0, 200)).includes('"kgst-event-proof/');

function fileOf(bytes: Uint8Array): File | null {
  try {
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)) as File;
    const hex = (one: unknown, bytes?: number): boolean =>
      typeof one === "string" && one.length % 2 === 0 && /^0x[0-9a-f]+$/.test(one) && (bytes === undefined || one.length === 2 + 2 * bytes);
    const whole = (one: unknown, least: number, end: number): boolean => Number.isSafeInteger(one) && (one as number) >= least && (one as number) < end;
    const shaped =
      Object.keys(found).sort().join() === "chain_id,format,header,receipts,transaction,transaction_index" && found.format === FORMAT &&
      whole(found.chain_id, 1, Infinity) && whole(found.transaction_index, 0, 2 ** 32) && hex(found.transaction, 32) &&
      hex(found.header) && Array.isArray(found.receipts) && found.receipts.length > 0 && found.receipts.length <= MOST_NODES &&
      found.receipts.every((one) => hex(one));
    return shaped ? found : null;
  } catch {
    return null;
  }
}

function toldOf(log: Log, token: string): Told {
  const own = log.address === token.toLowerCase();
  try {
    if (!own) return { name: null, args: {}, own };
    const { eventName, args } = decodeEventLog({ abi: EVENTS, topics: log.topics as [Hex], data: log.data });
    return { name: eventName, args: args as Record<string, unknown>, own };
  } catch {
    return { name: null, args: {}, own };
  }
}

export async function readProof(name: string, bytes: Uint8Array, snapshot: Snapshot): Promise<Proof> {
  const refused = (why: Proof["why"]): Proof => ({ name, payment: null, why, nodes: [] });
  if (bytes.length > MOST_BYTES) return refused("large");
  const file = fileOf(bytes);
  if (!file) return refused("file");
  try {
    const header = headerOf(file.header);
    const { succeeded, logs } = receiptOf(valueAt(header.receiptsRoot, file.receipts, file.transaction_index));
    const sealed = SEALED.includes(file.chain_id);
    if (sealed) await requireSeal(header, file.chain_id);
    const events = logs.map((one) => toldOf(one, snapshot.contracts.token!));
    const payment = { chainId: file.chain_id, transaction: file.transaction, index: file.transaction_index, header, sealed, succeeded, events };
    const why = file.chain_id !== snapshot.chain_id ? "chain" : events.some((one) => one.own) ? null : "token";
    return { name, payment, why, nodes: [] };
  } catch (error) {
    return refused(error instanceof Refused ? error.why : "file");
  }
}

/** What each node says of the proof's block. */
export async function askNodes(proof: Proof, urls: string[]): Promise<Proof["nodes"]> {
  const { payment } = proof;
  if (!payment || proof.why) return [];
  return Promise.all(
    urls.map(async (url) => {
      const node = new Node(url);
      const says = async (): Promise<Saying> => {
        if (BigInt(await commonBlock([node], payment.chainId)) < payment.header.number) return "open";
        return (await hashAt(node, Number(payment.header.number))) === payment.header.hash ? "same" : "other";
      };
      return { host: new URL(url).host, says: await says().catch(() => "silent" as const) };
    }),
  );
}
