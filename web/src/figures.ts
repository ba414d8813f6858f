// The figures of a snapshot, what follows from figures, and how two sets of them differ.

import type { Figures, Request, Snapshot } from "./types";

export const TYIYN = 10_000n;
export const FLAGS = ["transfers", "authorizations", "minting", "burning"] as const;

export function ofSnapshot(s: Snapshot): Figures {
  const members = s.auditors.members;
  return {
    block: s.block.number,
    hash: s.block.hash,
    time: BigInt(s.block.time),
    supply: BigInt(s.supply),
    backing: BigInt(s.backing),
    burned: BigInt(s.burned),
    headroom: BigInt(s.headroom),
    validUntil: BigInt(s.valid_until),
    epoch: BigInt(s.attestation.epoch),
    reserves: BigInt(s.attestation.reserves_tyiyn),
    settled: BigInt(s.attestation.settled),
    asOf: BigInt(s.attestation.as_of),
    reportHash: s.attestation.report_hash,
    maxAge: BigInt(s.limits.max_age),
    maxIncreaseBps: BigInt(s.limits.max_increase_bps),
    marginBps: BigInt(s.limits.margin_bps),
    halts: BigInt(s.halts),
    paused: FLAGS.reduce((sum, flag, bit) => sum | (s.paused.includes(flag) ? 1n << BigInt(bit) : 0n), 0n),
    delegateAll: s.delegate_all,
    auditors: members.map((one) => one.address),
    threshold: BigInt(s.auditors.threshold),
    version: BigInt(s.auditors.version),
    suspended: members.reduce((sum, one, bit) => sum | (one.suspended ? 1n << BigInt(bit) : 0n), 0n),
    contracts: members.filter((one) => one.contract).map((one) => one.address),
    implementation: s.contracts.implementation as `0x${string}`,
    consented: s.consented,
    recovery: s.recovery && {
      auditors: s.recovery.members.map((one) => one.address),
      threshold: BigInt(s.recovery.threshold),
      acceptableAt: BigInt(s.recovery.acceptable_at),
    },
    escrow: BigInt(s.redemptions.escrow),
    requestCount: BigInt(s.redemptions.count),
    requests: s.redemptions.requests.map((one) => ({
      id: one.id,
      requester: one.requester,
      amount: BigInt(one.amount),
      state: one.state,
      time: BigInt(one.time),
      payeeHash: one.payee_hash,
      burned: one.burned,
    })),
  };
}

/** Base units burned on which money is still owed. */
export const owed = (f: Figures): bigint => f.burned - f.settled;

/** Reserves in 1/10,000 of what is in circulation or owed, rounded down; null when that is nothing. */
export function coverageBps(f: Figures): bigint | null {
  const due = f.supply + owed(f);
  return due > 0n ? (f.reserves * TYIYN * 10_000n) / due : null;
}

export type Verdict = "none" | "deficit" | "margin" | "halted" | "stale" | "fresh";

/** How it stands at the block's own time. The token's rules, once more: docs/attestation.md. */
export function verdict(f: Figures): Verdict {
  if (f.epoch === 0n) return "none";
  if (f.reserves * TYIYN < f.supply + owed(f)) return "deficit";
  if (f.supply > f.backing) return "margin";
  if (f.time < f.validUntil) return "fresh";
  return f.validUntil < f.asOf + f.maxAge ? "halted" : "stale";
}

/** What could be minted by the other figures: a node that says otherwise contradicts itself. */
export function headroomOf(f: Figures): bigint {
  const may = f.time < f.validUntil && (f.paused & 4n) === 0n && f.backing > f.supply;
  return may ? f.backing - f.supply : 0n;
}

export type Standing = "waiting" | "paying" | "overdue" | "ended";

export function standing(r: Request, now: bigint): Standing {
  if (r.state === "requested") return r.time > 0n && r.time < now ? "overdue" : "waiting";
  if (r.state === "locked") return r.time <= now ? "overdue" : "paying";
  return r.state === "returned" ? "overdue" : "ended";
}

/** Whether its requester can take the tokens back. */
export const withdrawable = (r: Request, now: bigint): boolean =>
  r.state === "requested" || (r.state === "locked" && r.time <= now);

export type Figure = Exclude<keyof Figures, "block">;

function text(value: unknown): string {
  const plain = JSON.stringify(value, (_, one) => (typeof one === "bigint" ? one.toString() : one)) ?? "";
  return plain.toLowerCase();
}

/** Names of the figures in which two readings of one block differ. */
export function differences(a: Figures, b: Figures): Figure[] {
  const names = Object.keys(a).filter((name) => name !== "block") as Figure[];
  return names.filter((name) => text(a[name]) !== text(b[name]));
}

/** Figures of a later reading that contradict the snapshot: what the chain never takes back, or not within an epoch. */
export function contradictions(then: Figures, now: Figures): Figure[] {
  if (then.block === now.block) {
    // Of ended requests the snapshot has the last, a node is asked for the same.
    return differences(then, now);
  }
  const [early, late] = then.block < now.block ? [then, now] : [now, then];
  const falling: Figure[] = ["epoch", "burned", "asOf", "halts", "version", "requestCount", "time"];
  const found = falling.filter((name) => (late[name] as bigint) < (early[name] as bigint));
  if (early.epoch === late.epoch) {
    const fixed: Figure[] = ["reserves", "settled", "asOf", "reportHash"];
    found.push(...fixed.filter((name) => text(early[name]) !== text(late[name])));
  }
  if (early.version === late.version) {
    const fixed: Figure[] = ["auditors", "threshold"];
    found.push(...fixed.filter((name) => text(early[name]) !== text(late[name])));
  }
  return [...new Set(found)];
}
