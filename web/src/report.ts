// A published report, as the auditors signed it: hashed byte for byte, compared, and its accounts added up.

import { keccak256 } from "viem";
import type { Figures, Hex, Snapshot } from "./types";

export const FORMAT = "kgst-reserves/3";

export interface Account {
  bank: string | null;
  owner: string;
  account: string;
  closing_balance_tyiyn: string;
  transcribed?: unknown;
}

export interface Report {
  format: string;
  chain_id: number;
  token: Hex;
  epoch: number;
  previous_report: Hex | null;
  reserves: { accounts: Account[]; deductions: { tyiyn: string }[]; total_tyiyn: string };
  transcribed: string[];
  leaves: Hex[];
}

export interface Read {
  name: string;
  hash: Hex;
  report: Report | null;
}

export function readReport(name: string, bytes: Uint8Array): Read {
  const hash = keccak256(bytes);
  try {
    const found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Report;
    const shaped =
      found.format === FORMAT && Number.isInteger(found.epoch) && Array.isArray(found.leaves) &&
      Array.isArray(found.reserves.accounts) && Array.isArray(found.reserves.deductions) && sum(found) !== null;
    return { name, hash, report: shaped ? found : null };
  } catch {
    return { name, hash, report: null };
  }
}

const digits = (text: string): bigint => {
  if (!/^-?\d{1,30}$/.test(text)) throw new Error("no figure");
  return BigInt(text);
};

/** Accounts less deductions, in tyiyn. */
export function sum(r: Report): bigint {
  const held = r.reserves.accounts.reduce((all, one) => all + digits(one.closing_balance_tyiyn), 0n);
  return r.reserves.deductions.reduce((all, one) => all - digits(one.tyiyn), held);
}

export interface Judged {
  token: boolean;
  /** null: the attestation of that number is not known. */
  hash: boolean | null;
  /** The accounts make the reserves that were attested. */
  sum: boolean;
  /** The report before it is the one whose hash is on the chain; null for the first. */
  previous: boolean | null;
}

export function judge(read: Read & { report: Report }, f: Figures, snapshot: Snapshot): Judged {
  const { report, hash } = read;
  // Of the last attestation the figures say it, which may be the nodes'; of earlier ones the snapshot's events.
  const attested = (epoch: number): { hash: Hex; reserves: bigint } | null => {
    if (epoch > 0 && BigInt(epoch) === f.epoch) return { hash: f.reportHash, reserves: f.reserves };
    const point = snapshot.history.find((one) => one.epoch === epoch);
    return point ? { hash: point.report_hash, reserves: BigInt(point.reserves_tyiyn) } : null;
  };
  const own = attested(report.epoch);
  const before = attested(report.epoch - 1);
  return {
    token: report.chain_id === snapshot.chain_id && report.token.toLowerCase() === snapshot.contracts.token!.toLowerCase(),
    hash: own && own.hash === hash,
    sum: own !== null && sum(report) === own.reserves && sum(report) === BigInt(report.reserves.total_tyiyn),
    previous: report.previous_report === null ? (report.epoch === 1 ? null : false) : before?.hash === report.previous_report,
  };
}

/** Whether the reports are all of them, each true and naming the one before, back to the first. */
export function unbroken(reads: Read[], f: Figures, snapshot: Snapshot): boolean {
  const good = new Set<number>();
  for (const one of reads) {
    if (!one.report) return false;
    const judged = judge({ ...one, report: one.report }, f, snapshot);
    if (!judged.token || !judged.hash || !judged.sum || judged.previous === false) return false;
    good.add(one.report.epoch);
  }
  return f.epoch > 0n && good.size === Number(f.epoch) && Array.from(good).every((epoch) => BigInt(epoch) <= f.epoch);
}
