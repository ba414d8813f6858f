// A block's header: its hash, and that it is of its chain. The rules of kgst/proofs, once more.

import { keccak256, recoverAddress, toRlp } from "viem";
import { isBytes, isNumber, listOf, need, numberOf, size } from "./rlp";
import type { Hex } from "./types";

export interface Header {
  hash: Hex;
  number: bigint;
  time: bigint;
  miner: Hex;
  receiptsRoot: Hex;
  /** As RLP has them. */
  fields: Hex[];
}

const MOST_EXTRA = 32 * 1024;
// Bytes of each of the 15 to 21 fields; a negative one is a number's most, null any.
const FIELDS = [32, 32, 20, 32, 32, 32, 256, -32, -8, -8, -8, -8, null, 32, 8, -32, 32, -8, -8, 32, 32];

export function headerOf(rlp: Hex): Header {
  need(size(rlp) <= 2 * MOST_EXTRA, "header");
  const fields = listOf(rlp, "header") as Hex[];
  need(fields.length >= 15 && fields.length <= FIELDS.length, "header");
  fields.forEach((one, n) => {
    const width = FIELDS[n]!;
    need(width !== null && width < 0 ? isNumber(one, -width) : isBytes(one, width ?? undefined), "header");
  });
  need(size(fields[12]!) <= MOST_EXTRA, "header");
  const [number, time] = [numberOf(fields[8]!), numberOf(fields[11]!)];
  return { hash: keccak256(rlp), number, time, miner: fields[2]!, receiptsRoot: fields[5]!, fields };
}

/** BSC's headers name their chain: the miner's seal is over its id, and over all that is hashed. */
export async function requireSeal({ fields, miner }: Header, chainId: number): Promise<void> {
  const extra = fields[12]!;
  const seal: Hex = `0x${extra.slice(-130)}`;
  need(size(extra) >= 65 && /0[01]$/.test(seal), "seal");
  const id = chainId.toString(16);
  const sealed: Hex[] = [`0x${id.length % 2 ? "0" : ""}${id}`, ...fields];
  sealed[13] = extra.slice(0, -130) as Hex;
  // Before Cancun the later fields were not under the seal.
  const hash = keccak256(toRlp(fields.length < 20 ? sealed.slice(0, 16) : sealed));
  const found = await recoverAddress({ hash, signature: seal }).catch(() => null);
  need(found?.toLowerCase() === miner, "seal");
}
