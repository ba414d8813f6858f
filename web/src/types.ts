// What is shown. `Figures` are of one block, read from a node or out of the snapshot; the rest only the snapshot has.

export type Hex = `0x${string}`;

export type State = "requested" | "locked" | "paid" | "returned" | "withdrawn" | "rejected" | "seized";

export interface Request {
  id: number;
  requester: Hex;
  amount: bigint;
  state: State;
  time: bigint;
  payeeHash: Hex;
  burned: boolean;
}

/** Amounts are base units, reserves tyiyn, times seconds. */
export interface Figures {
  block: number;
  hash: Hex;
  time: bigint;
  supply: bigint;
  backing: bigint;
  burned: bigint;
  headroom: bigint;
  validUntil: bigint;
  epoch: bigint;
  reserves: bigint;
  settled: bigint;
  asOf: bigint;
  reportHash: Hex;
  maxAge: bigint;
  maxIncreaseBps: bigint;
  marginBps: bigint;
  halts: bigint;
  paused: bigint;
  delegateAll: boolean;
  auditors: Hex[];
  threshold: bigint;
  version: bigint;
  suspended: bigint;
  contracts: Hex[];
  implementation: Hex;
  consented: Hex | null;
  recovery: { auditors: Hex[]; threshold: bigint; acceptableAt: bigint } | null;
  escrow: bigint;
  requestCount: bigint;
  requests: Request[];
}

export interface Who {
  label: string | null;
  address: Hex;
}

export interface Signed {
  transaction: Hex;
  known_halts: number;
  version: number;
  deadline: number;
  signatures: { signer: Hex; data: Hex }[];
}

export interface Point {
  epoch: number;
  time: number;
  as_of: number;
  supply: string;
  backing: string;
  reserves_tyiyn: string;
  report_hash: Hex;
}

/** The document of `ape run page --json`; docs/schemas/page.json describes it. */
export interface Snapshot {
  schema: string;
  chain_id: number;
  contracts: Record<"token" | "manager" | "redemption_desk" | "mint_desk" | "implementation" | string, Hex>;
  block: { number: number; time: number; hash: Hex };
  supply: string;
  backing: string;
  burned: string;
  headroom: string;
  valid_until: number;
  attestation: { epoch: number; reserves_tyiyn: string; settled: string; as_of: number; report_hash: Hex };
  signed: Signed | null;
  limits: { max_age: number; max_increase_bps: number; margin_bps: number };
  halts: number;
  paused: string[];
  delegate_all: boolean;
  consented: Hex | null;
  auditors: { threshold: number; version: number; members: (Who & { suspended: boolean; contract: boolean })[] };
  recovery: { threshold: number; acceptable_at: number; members: Who[] } | null;
  roles: (Who & { role: string; delay: number })[];
  issuers: (Who & { available: string; capacity: string; desk: boolean })[];
  blocked: number;
  pending: { operation_id: Hex; text: string; ready_at: number; expires_at: number }[];
  history: Point[];
  /** Not in every snapshot. */
  officers?: { ceo: Hex; cfo: Hex } | null;
  redemptions: {
    redeem_within: number;
    pay_within: number;
    minimum: string;
    count: number;
    escrow: string;
    requests: {
      id: number; requester: Hex; amount: string; state: State; time: number; payee_hash: Hex; burned: boolean;
    }[];
  };
}
