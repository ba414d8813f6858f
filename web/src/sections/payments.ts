// What came of the proofs of payments that were dropped: who paid whom, in which block, and what nodes say of that.

import { amount, moment, som } from "../format";
import { html, type Html } from "../html";
import type { Model } from "../model";
import { MOST_BYTES, type Payment, type Proof, type Told } from "../payment";
import type { Hex } from "../types";

const NOBODY = /^0x0{40}$/;
/** Seconds; a later moment is none that a calendar has. */
const LAST = 1n << 40n;

export type Standing = "unasked" | "both" | "one" | "not" | "differ" | "open" | "none";

export function standingOf(nodes: Proof["nodes"]): Standing {
  const many = (says: string): number => nodes.filter((one) => one.says === says).length;
  if (!nodes.length) return "unasked";
  if (many("other")) return many("same") ? "differ" : "not";
  if (many("same")) return many("same") > 1 ? "both" : "one";
  return many("open") ? "open" : "none";
}

export const payments = (m: Model): Html => html`${m.proofs.map((one) => (one.why || !one.payment ? bad(m, one) : good(m, one, one.payment)))}`;

function bad(m: Model, { name, why, payment }: Proof): Html {
  const values = { id: payment?.chainId ?? 0, own: m.snapshot.chain_id, most: MOST_BYTES / 1024 };
  return html`<article class="payment" data-proof="${why}"><h3>${name}</h3>
    <p class="verdict bad">✗ ${m.words.say(`proof_${why ?? "file"}`, values)}</p></article>`;
}

function good(m: Model, proof: Proof, { header, transaction, index, sealed, succeeded, events }: Payment): Html {
  const { words: w } = m;
  const standing = standingOf(proof.nodes);
  const tone = { both: "good", not: "bad", differ: "bad" }[standing as string] ?? "";
  const mark = { good: "✓ ", bad: "✗ ", "": "" }[tone];
  const told = events.filter((one) => one.name !== null);
  const paid = told.filter((one) => one.name === "Transfer");
  const others = told.filter((one) => one.name !== "Transfer");
  const row = (label: string, value: Html | string): Html => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  const who = proof.nodes.filter((one) => one.says === "same").map((one) => one.host).join(", ");
  return html`<article class="payment" data-proof="proven" data-standing="${standing}"><h3>${proof.name}</h3>
    <p class="verdict ${tone}">${mark}${w.say(`proof_${standing}`, { who })}</p>
    ${succeeded
      ? html`<ul class="paid">${paid.map((one) => payment(m, one))}</ul>
        ${others.length ? html`<p class="small">${w.say("proof_also")} ${others.map((one, n) => html`${n ? "; " : ""}${event(m, one)}`)}</p>` : null}
        ${told.length < events.length ? html`<p class="small">${w.say("proof_more", { n: events.length - told.length })}</p>` : null}`
      : html`<p class="verdict bad" data-reverted>✗ ${w.say("proof_reverted")}</p>`}
    <dl class="rows addresses">
      ${row(w.say("proof_block"), html`${header.number}, ${header.time < LAST ? moment(header.time, w) : header.time}`)}
      ${row(w.say("hash"), html`<code>${header.hash}</code>`)}
      ${sealed ? row(w.say("proof_sealed"), html`<code>${header.miner}</code>`) : null}
      ${row(w.say("proof_place"), String(index))}
      ${row(w.say("proof_tx"), html`<code>${transaction}</code>`)}
    </dl></article>`;
}

function payment(m: Model, { args }: Told): Html {
  const { words: w } = m;
  const { from, to, value } = args as { from: Hex; to: Hex; value: bigint };
  return html`<li><strong>${amount(value, w)} ${w.say("som")}</strong><br>
    ${NOBODY.test(from) ? w.say("proof_minted") : html`${w.say("proof_from")} <code class="from">${from}</code>`}<br>
    ${NOBODY.test(to) ? w.say("proof_burned") : html`${w.say("proof_to")} <code class="to">${to}</code>`}</li>`;
}

function event(m: Model, { name, args }: Told): Html {
  const worded = Object.entries(args).map(([key, one]) => `${key} ${typeof one === "bigint" ? `${som(one, m.words)} ${m.words.say("som")}` : one}`);
  return html`<code>${name}(${worded.join(", ")})</code>`;
}
