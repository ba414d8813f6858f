// The report of a period and its officers' signatures: the bytes hashed, the message made anew, each signer recovered.

import { hashTypedData, isAddress, sha256 } from "viem";
import type { Hex, Snapshot } from "./types";
import { signerOf } from "./verify";

export const PERIOD = "kgst-period/1";
export const OFFICER = "kgst-officer-signature/1";
/** Bytes; no more than `ape run report verify` reads. */
export const MOST_BYTES = 64 * 1024 * 1024;

export const ROLES = ["CEO", "CFO"] as const;
export type Role = (typeof ROLES)[number];

export interface Period {
  token: { chain_id: number; token: Hex };
  period: { first_day: string; last_day: string; days: string };
  redeemable_tokens_outstanding: { total_tokens_outstanding: string };
  redemption_assets: { redemption_assets: string };
  comparison: { difference: string };
  missing: { what: string }[];
}

export interface Officer {
  sha256: string;
  role: Role;
  signer: Hex;
  by_contract?: boolean;
  signature: Hex;
}

/** A file: a report, a signature, or neither. */
export interface Filed {
  name: string;
  sha256: string;
  report: Period | null;
  officer: Officer | null;
}

export const isPeriods = (bytes: Uint8Array): boolean => {
  const text = new TextDecoder().decode(bytes);
  return text.includes(`"${PERIOD}"`) || text.includes(`"${OFFICER}"`);
};

const isFigure = (one: unknown): boolean => typeof one === "string" && /^-?\d{1,30}$/.test(one);
const isText = (one: unknown): boolean => typeof one === "string";

function isReport(one: Period): boolean {
  return (
    Number.isSafeInteger(one.token.chain_id) && isAddress(one.token.token) && Object.values(one.period).length > 0 &&
    [one.period.first_day, one.period.last_day, one.period.days].every(isText) &&
    isFigure(one.redeemable_tokens_outstanding.total_tokens_outstanding) && isFigure(one.comparison.difference) &&
    isFigure(one.redemption_assets.redemption_assets) && one.missing.every((gap) => isText(gap.what))
  );
}

const isSignature = (one: Officer): boolean =>
  /^[0-9a-f]{64}$/.test(one.sha256) && ROLES.includes(one.role) && isAddress(one.signer) && isText(one.signature);

export function readFiled(name: string, bytes: Uint8Array): Filed {
  const filed: Filed = { name, sha256: sha256(bytes).slice(2), report: null, officer: null };
  try {
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (found.format === PERIOD && isReport(found)) filed.report = found;
    if (found.format === OFFICER && isSignature(found)) filed.officer = found;
  } catch {
    // Neither.
  }
  return filed;
}

/** `stranger`: a true signature of somebody whom the snapshot does not name; `unnamed`: it names nobody. */
export type Standing = "named" | "unnamed" | "stranger" | "forged" | "contract";

export interface Certified {
  name: string;
  role: Role;
  signer: Hex;
  standing: Standing;
}

export function digest(report: Period, hash: string, role: Role): Hex {
  const { first_day, last_day, days } = report.period;
  return hashTypedData({
    domain: { name: "KGST period report", version: "1", chainId: report.token.chain_id, verifyingContract: report.token.token },
    types: {
      PeriodReport: [
        { name: "role", type: "string" },
        { name: "firstDay", type: "string" },
        { name: "lastDay", type: "string" },
        { name: "days", type: "string" },
        { name: "sha256", type: "bytes32" },
      ],
    },
    primaryType: "PeriodReport",
    message: { role, firstDay: first_day, lastDay: last_day, days, sha256: `0x${hash}` },
  });
}

/** Who certified a report, by those signatures among the files that say to be of it. */
export async function certified(filed: Filed & { report: Period }, files: Filed[], snapshot: Snapshot): Promise<Certified[]> {
  const own = files.filter((one) => one.officer?.sha256 === filed.sha256);
  return Promise.all(
    own.map(async ({ name, officer }) => {
      const { role, signer, signature, by_contract } = officer!;
      const said: Certified = { name, role, signer, standing: "contract" };
      if (by_contract) return said;
      const found = await signerOf(digest(filed.report, filed.sha256, role), signature);
      if (found?.toLowerCase() !== signer.toLowerCase()) return { ...said, standing: "forged" as const };
      const named = snapshot.officers?.[role === "CEO" ? "ceo" : "cfo"];
      if (!named) return { ...said, standing: "unnamed" as const };
      return { ...said, standing: named.toLowerCase() === signer.toLowerCase() ? ("named" as const) : ("stranger" as const) };
    }),
  );
}
