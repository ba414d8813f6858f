// For each auditor: whether the signature under the last attestation is its own.

import { html, type Html } from "../html";
import { proof, shown, type Model } from "../model";
import type { Hex } from "../types";

const MARK = { true: "✓", forged: "✗", contract: "?", stranger: "✗", none: "–" } as const;

export function signatures(m: Model): Html {
  const { words: w, verified: v, snapshot } = m;
  const f = shown(m);
  const label = (address: Hex) =>
    snapshot.auditors.members.find((one) => one.address.toLowerCase() === address.toLowerCase())?.label ?? w.say("unknown");
  const judged = new Map(v?.each.map((one) => [one.signer.toLowerCase(), one.judged]));
  const everyone = [...new Set([...f.auditors, ...(v?.each ?? []).map((one) => one.signer)])];
  const suspended = (address: Hex) => (f.suspended >> BigInt(Math.max(0, f.auditors.indexOf(address)))) & 1n && f.auditors.includes(address);
  const how = proof(m);
  return html`<h2>${w.say("signatures")}</h2>
    <p>${w.say("signatures_intro")}</p>
    <p class="only-nojs">${w.say("nojs")}</p>
    <ul class="auditors">
      ${everyone.map((address) => {
        const mine = judged.get(address.toLowerCase()) ?? "none";
        return html`<li class="sig-${v ? mine : "unknown"}" data-signer="${address}" data-judged="${v ? mine : "unknown"}">
          <span class="mark" aria-hidden="true">${v ? MARK[mine] : "·"}</span>
          <span><strong>${label(address)}</strong> <code>${address}</code>
          ${v && html`<span class="says">${w.say(`sig_${mine}`)}</span>`}
          ${suspended(address) ? html`<em>${w.say("suspended_now")}</em>` : null}</span></li>`;
      })}
    </ul>
    ${v
      ? html`<p class="verdict ${how === "not" ? "bad" : how === "other" ? "" : "good"}" id="proof" data-proof="${how}">
            <strong>${w.say(how === "not" || how === "other" ? "not_proven" : "proven")}.</strong>
            ${how === "other" ? w.say("sig_other_epoch", { n: m.then.epoch, now: f.epoch }) : ""}
            ${w.say("sig_count", { n: v.valid, of: f.threshold })}
            ${how === "with contracts" ? w.say("sig_contracts_left") : ""}
            ${v.sameSet ? "" : w.say("sig_other_set", { version: snapshot.signed!.version })}</p>
          <p class="small">${w.say(m.live && how !== "other" ? "on_chain" : "on_snapshot")}</p>
          <p class="small">${w.say("digest")}: <code>${v.digest}</code><br>${w.say("tx")}: <code>${snapshot.signed!.transaction}</code></p>`
      : snapshot.signed || !f.epoch ? null : html`<p class="note">${w.say("sig_missing")}</p>`}`;
}
