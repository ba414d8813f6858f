// A receipt under the root in its block's header (Merkle-Patricia trie). The rules of kgst/proofs, once more.

import { keccak256, toRlp } from "viem";
import { isBytes, isNumber, listOf, need, size, type Item } from "./rlp";
import type { Hex } from "./types";

const EMPTY = keccak256("0x80");

interface Node {
  /** Hashes of a branch's sixteen, empty ones included; of an extension the one. */
  below: Hex[];
  /** Nibbles of a leaf or an extension. */
  path: string;
  leaf: Hex | null;
}

/** One node, in a form that it can have where each value is longer than a hash and no key begins another. */
function nodeOf(rlp: Hex): Node {
  const parts = listOf(rlp, "node") as Hex[];
  need(parts.every((one) => isBytes(one)), "node");
  const named = (one: Hex): boolean => size(one) === 32 && one !== EMPTY;
  if (parts.length === 17) {
    const below = parts.slice(0, 16);
    const full = below.filter((one) => one !== "0x");
    need(parts[16] === "0x" && full.length >= 2 && full.every(named), "node");
    return { below, path: "", leaf: null };
  }
  // Yellow paper, appendix C: two flags, and a zero before an even number of nibbles.
  const form = parts.length === 2 ? /^0x([02]0|[13])([0-9a-f]*)$/.exec(parts[0]!) : null;
  need(form, "node");
  const [isLeaf, path, value] = [form[1]! >= "2", form[2]!, parts[1]!];
  need(isLeaf ? size(value) > 32 : path && named(value), "node");
  return { below: isLeaf ? [] : [value], path, leaf: isLeaf ? value : null };
}

/** The value under `root` at the index: each node is there once, and on a way from the root. */
export function valueAt(root: Hex, rlps: Hex[], index: number): Hex {
  const nodes = new Map(rlps.map((one) => [keccak256(one), nodeOf(one)]));
  need(nodes.size === rlps.length, "node");
  const reached = new Set<Hex>();
  const waiting = [root];
  for (let name = waiting.pop(); name; name = waiting.pop()) {
    if (!nodes.has(name) || reached.has(name)) continue;
    reached.add(name);
    waiting.push(...nodes.get(name)!.below);
  }
  need(reached.size === nodes.size, "path");
  const hex = index.toString(16);
  let key = toRlp(index ? `0x${hex.length % 2 ? "0" : ""}${hex}` : "0x").slice(2);
  for (let name = root; ; ) {
    const node = nodes.get(name);
    need(node, "missing");
    need(key.startsWith(node.path), "absent");
    key = key.slice(node.path.length);
    if (node.leaf) {
      need(key === "", "absent");
      return node.leaf;
    }
    const next = node.path ? node.below[0]! : node.below[parseInt(key[0] ?? "g", 16)];
    need(next && next !== "0x", "absent");
    key = node.path ? key : key.slice(1);
    name = next;
  }
}

export interface Log {
  address: Hex;
  topics: Hex[];
  data: Hex;
}

const LAST_TYPE = 4;

/** Whether the transaction succeeded, and its events. */
export function receiptOf(data: Hex): { succeeded: boolean; logs: Log[] } {
  const type = parseInt(data.slice(2, 4), 16);
  const typed = type > 0 && type <= LAST_TYPE;
  const [outcome, gas, bloom, found, ...more] = listOf(typed ? `0x${data.slice(4)}` : data, "receipt");
  need(isBytes(outcome) && (size(outcome) === 32 || ["0x", "0x01"].includes(outcome)) && isNumber(gas), "receipt");
  need(isBytes(bloom, 256) && Array.isArray(found) && !more.length, "receipt");
  const logs = found.map(logOf);
  need(bloom === bloomOf(logs), "receipt");
  return { succeeded: outcome === "0x01", logs };
}

function logOf(item: Item): Log {
  need(Array.isArray(item) && item.length === 3, "receipt");
  const [address, topics, data] = item;
  need(isBytes(address, 20) && Array.isArray(topics) && topics.length <= 4 && isBytes(data), "receipt");
  need(topics.every((one) => isBytes(one, 32)), "receipt");
  return { address, topics: topics as Hex[], data };
}

/** Three bits for each address and topic (yellow paper, 4.3.1). */
function bloomOf(logs: Log[]): Hex {
  let bits = 0n;
  for (const one of new Set(logs.flatMap((log) => [log.address, ...log.topics]))) {
    const digest = keccak256(one);
    for (const at of [2, 6, 10]) bits |= 1n << BigInt(parseInt(digest.slice(at, at + 4), 16) & 2047);
  }
  return `0x${bits.toString(16).padStart(512, "0")}`;
}
