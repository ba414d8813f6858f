// All that the sections are made from.

import { headroomOf, ofSnapshot, type Figure } from "./figures";
import type { Proof } from "./payment";
import type { Certified, Filed } from "./period";
import type { Read } from "./report";
import type { Figures, Snapshot } from "./types";
import type { Verified } from "./verify";
import type { Words } from "./words/index";

/** What came of reading the chain. */
export interface Live {
  figures: Figures;
  nodes: number;
  /** Figures in which the nodes differ. */
  nodesDiffer: Figure[];
  /** Figures in which the chain contradicts the snapshot. */
  contradicts: Figure[];
  /** Figures that have changed since, as figures do. */
  moved: Figure[];
  /** A node says that what can be minted is not what follows. */
  inconsistent: boolean;
  otherFork: boolean;
  /** Seconds since the block, by the visitor's clock. */
  lag: number;
  failures: string[];
}

export interface Model {
  words: Words;
  snapshot: Snapshot;
  then: Figures;
  live: Live | null;
  busy: boolean;
  /** Why nothing could be read. */
  trouble: string[];
  verified: Verified | null;
  reports: Read[];
  proofs: Proof[];
  /** Reports of periods, and officers' signatures. */
  filed: Filed[];
  /** By a report's SHA-256. */
  certified: Map<string, Certified[]>;
  /** Addresses of the nodes that were read last. */
  nodes: string[];
  /** SHA-256 of what runs here, by its own account; null where no script runs. */
  self: { script: string; style: string } | null;
  /** The visitor's clock, in seconds; null where no script runs. */
  now: number | null;
}

export function modelOf(snapshot: Snapshot, words: Words): Model {
  const then = ofSnapshot(snapshot);
  return {
    words, snapshot, then, live: null, busy: false, trouble: [], verified: null, reports: [], proofs: [],
    filed: [], certified: new Map(), nodes: [], self: null, now: null,
  };
}

/** What is shown: the chain's figures once they were read. */
export const shown = (m: Model): Figures => m.live?.figures ?? m.then;

/** What the snapshot's signatures are of: its own attestation, where the chain has another one by now. */
export const signedFigures = (m: Model): Figures => (m.then.epoch === shown(m).epoch ? shown(m) : m.then);

export const LAGS = 600;

export function contradictsItself(f: Figures): boolean {
  return headroomOf(f) !== f.headroom;
}

/** Whether the true signatures are enough, alone or with those that only the token could check. */
export function proof(m: Model): "proven" | "with contracts" | "not" | "other" | "unknown" {
  const v = m.verified;
  if (!v) return "unknown";
  if (signedFigures(m) !== shown(m)) return "other";
  const needed = Number(shown(m).threshold);
  if (v.each.some((one) => one.judged === "forged" || one.judged === "stranger")) return "not";
  if (v.valid >= needed) return "proven";
  const contracts = v.each.filter((one) => one.judged === "contract").length;
  return v.valid + contracts >= needed ? "with contracts" : "not";
}
