// The figures of one final block, read from one node; and two nodes together.

import { decodeFunctionResult, encodeFunctionData, type Abi } from "viem";
import { DESK, TOKEN } from "./abi";
import { Node, NodeError } from "./rpc";
import type { Figures, Hex, Request, Snapshot, State } from "./types";

/** A request as the desk tells it. */
export function requestOf(id: number, found: any): Request {
  const { requester, amount, time, payeeHash, burned } = found;
  return { id, requester, amount, state: STATES[found.state] as State, time, payeeHash, burned };
}

const STATES = ["none", "requested", "locked", "paid", "returned", "withdrawn", "rejected", "seized"];
const NOBODY = /^0x0{40}$/;

export interface Block {
  number: number;
  hash: Hex;
  time: bigint;
}

async function block(node: Node, which: string): Promise<Block> {
  const found = await node.ask("eth_getBlockByNumber", which, false);
  return { number: Number(found.number), hash: found.hash, time: BigInt(found.timestamp) };
}

/** The last block that both call final. */
export async function commonBlock(nodes: Node[], chainId: number): Promise<number> {
  const ends = await Promise.all(
    nodes.map(async (node) => {
      if (Number(await node.ask("eth_chainId")) !== chainId) throw new NodeError("chain");
      return (await block(node, "finalized")).number;
    }),
  );
  return Math.min(...ends);
}

export async function hashAt(node: Node, number: number): Promise<Hex> {
  return (await block(node, "0x" + number.toString(16))).hash;
}

export async function read(node: Node, at: number, snapshot: Snapshot): Promise<Figures> {
  const tag = "0x" + at.toString(16);
  const call = async (to: Hex, abi: Abi, functionName: string, args: unknown[] = []): Promise<any> => {
    const data = await node.ask("eth_call", { to, data: encodeFunctionData({ abi, functionName, args }) }, tag);
    try {
      return decodeFunctionResult({ abi, functionName, data });
    } catch {
      throw new NodeError(`${functionName}: ${String(data).slice(0, 66)}`);
    }
  };
  const { token, redemption_desk: desk } = snapshot.contracts as Record<string, Hex>;
  const ask = (name: string) => call(token!, TOKEN, name);
  const head = block(node, tag);
  const [solvency, headroom, last, limits, halts, paused, delegateAll, auditors, proposal, implementation, consent] =
    await Promise.all(
      ["solvency", "headroom", "lastAttestation", "reserveLimits", "halts", "pauseFlags", "delegateAll", "auditorSet",
        "auditorsProposal", "implementation", "approvedImplementation"].map(ask),
    );
  const [escrow, count] = await Promise.all([call(desk!, DESK, "escrow"), call(desk!, DESK, "requestCount")]);
  const codes = await Promise.all(
    (auditors[0] as Hex[]).map(async (one) => [one, await node.ask("eth_getCode", one, tag)] as const),
  );
  const requests = await Promise.all(
    wanted(snapshot, count).map(async (id): Promise<Request> => {
      const found = await call(desk!, DESK, "requestOf", [BigInt(id)]);
      return requestOf(id, found);
    }),
  );
  const { number, hash, time } = await head;
  return {
    block: number, hash, time,
    supply: solvency[0], backing: solvency[1], burned: solvency[2], validUntil: solvency[3],
    headroom,
    ...last,
    maxAge: limits[0], maxIncreaseBps: limits[1], marginBps: limits[2],
    halts, paused, delegateAll,
    auditors: auditors[0], threshold: auditors[1], version: auditors[2], suspended: auditors[3],
    contracts: codes.filter(([, code]) => code !== "0x").map(([one]) => one),
    implementation,
    consented: NOBODY.test(consent[0]) ? null : consent[0],
    recovery: proposal[0].length
      ? { auditors: proposal[0], threshold: proposal[1], acceptableAt: proposal[2] }
      : null,
    escrow, requestCount: count, requests,
  };
}

const MOST_NEW = 100;

/** Requests of the snapshot, and those that came since, the last of them. */
function wanted(snapshot: Snapshot, count: bigint): number[] {
  const known = snapshot.redemptions.requests.map((one) => one.id);
  const first = Math.max(snapshot.redemptions.count, Number(count) - MOST_NEW) + 1;
  const later = Array.from({ length: Math.max(0, Number(count) - first + 1) }, (_, n) => first + n);
  return [...known, ...later].filter((id) => BigInt(id) <= count);
}
