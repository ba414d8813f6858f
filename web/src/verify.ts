// Who signed the attestation: the digest is made anew from the figures of the chain, each signer recovered.

import { hashTypedData, recoverAddress } from "viem";
import type { Figures, Hex, Signed } from "./types";

const TYPES = {
  ReserveAttestation: [
    { name: "epoch", type: "uint256" },
    { name: "reserves", type: "uint256" },
    { name: "settled", type: "uint256" },
    { name: "asOf", type: "uint256" },
    { name: "reportHash", type: "bytes32" },
    { name: "halts", type: "uint256" },
    { name: "version", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
} as const;

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

export type Judged = "true" | "forged" | "contract" | "stranger";

export function digest(f: Figures, signed: Signed, chainId: number, token: Hex): Hex {
  return hashTypedData({
    domain: { name: "KGST", version: "1", chainId, verifyingContract: token },
    types: TYPES,
    primaryType: "ReserveAttestation",
    message: {
      epoch: f.epoch,
      reserves: f.reserves,
      settled: f.settled,
      asOf: f.asOf,
      reportHash: f.reportHash,
      halts: BigInt(signed.known_halts),
      version: BigInt(signed.version),
      deadline: BigInt(signed.deadline),
    },
  });
}

/** Who made 65 bytes r, s, v; null for a form that the token refuses. */
export async function signerOf(hash: Hex, data: Hex): Promise<Hex | null> {
  if (!/^0x[0-9a-f]{128}1[bc]$/i.test(data) || BigInt("0x" + data.slice(66, 130)) > HALF_ORDER) return null;
  try {
    return await recoverAddress({ hash, signature: data });
  } catch {
    return null;
  }
}

export interface Verified {
  digest: Hex;
  each: { signer: Hex; judged: Judged }[];
  /** Different auditors whose signatures are true. */
  valid: number;
  /** Whether the auditors are still those who signed. */
  sameSet: boolean;
}

/** Each signature of the last attestation, by the figures of `f`. */
export async function verify(f: Figures, signed: Signed, chainId: number, token: Hex): Promise<Verified> {
  const hash = digest(f, signed, chainId, token);
  const among = (list: Hex[], one: Hex) => list.some((other) => other.toLowerCase() === one.toLowerCase());
  const sameSet = BigInt(signed.version) === f.version;
  const each = await Promise.all(
    signed.signatures.map(async ({ signer, data }) => {
      const found = await signerOf(hash, data);
      if (found?.toLowerCase() !== signer.toLowerCase()) {
        return { signer, judged: (among(f.contracts, signer) ? "contract" : "forged") as Judged };
      }
      return { signer, judged: (among(f.auditors, signer) || !sameSet ? "true" : "stranger") as Judged };
    }),
  );
  const valid = new Set(each.filter((one) => one.judged === "true").map((one) => one.signer.toLowerCase())).size;
  return { digest: hash, each, valid, sameSet };
}
