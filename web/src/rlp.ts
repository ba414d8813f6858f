// RLP parsed strictly, and why something proves nothing.

import { fromRlp } from "viem";
import type { Hex } from "./types";

/** Why something proves nothing; each word has a sentence in the page's languages. */
export type Why = "header" | "seal" | "node" | "path" | "missing" | "absent" | "receipt";

export class Refused extends Error {
  constructor(readonly why: Why) {
    super(why);
  }
}

export function need(holds: unknown, why: Why): asserts holds {
  if (!holds) throw new Refused(why);
}

export type Item = Hex | readonly Item[];
export const size = (one: Hex): number => one.length / 2 - 1;
export const isBytes = (one: Item | undefined, length?: number): one is Hex =>
  typeof one === "string" && (length === undefined || size(one) === length);
export const isNumber = (one: Item | undefined, most = 8): one is Hex => isBytes(one) && size(one) <= most && !one.startsWith("0x00");
export const numberOf = (one: Hex): bigint => (one === "0x" ? 0n : BigInt(one));

/** The parts of a list in RLP; viem's reader takes only the one form of each item. */
export function listOf(data: Hex, why: Why): readonly Item[] {
  let found: Item;
  try {
    found = fromRlp(data, "hex");
  } catch {
    throw new Refused(why);
  }
  need(Array.isArray(found), why);
  return found;
}
