// Who can do what, after which delay; what is scheduled; the rules; the addresses; what all this does not prove.

import { amount, moment, percent, span } from "../format";
import { html, type Html } from "../html";
import { shown, type Model } from "../model";
import type { Key } from "../words/index";

export function powers(m: Model): Html {
  const { words: w, snapshot: s } = m;
  const f = shown(m);
  const who = (one: { label: string | null; address: string }) =>
    html`${one.label ?? w.say("unknown")} <code>${one.address}</code>`;
  return html`<h2>${w.say("powers")}</h2><p>${w.say("powers_intro")}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="${w.say("powers")}"><table class="powers">
      <thead><tr><th scope="col">${w.say("role")}</th><th scope="col">${w.say("may")}</th><th scope="col">${w.say("who")}</th>
        <th scope="col">${w.say("delay")}</th></tr></thead>
      <tbody>${s.roles.map((one) => html`<tr><th scope="row">${one.role}</th><td>${may(m, one.role)}</td><td>${who(one)}</td>
        <td>${one.delay ? span(one.delay, w) : w.say("at_once")}</td></tr>`)}</tbody></table></div>
    <h3>${w.say("issuers")}</h3>
    <ul>${s.issuers.map((one) => html`<li>${who(one)}: ${w.say("quota")} ${amount(BigInt(one.available), w)}</li>`)}</ul>
    <h3>${w.say("pending")}</h3>
    ${s.pending.length
      ? html`<ul id="pending">${s.pending.map((one) => html`<li>${one.text}<br><span class="small">${w.say("ready")}
          ${moment(one.ready_at, w)}, ${w.say("until", { at: moment(one.expires_at, w) })}</span></li>`)}</ul>`
      : html`<p class="small">${w.say("nothing")}</p>`}
    <h3>${w.say("rules")}</h3>
    <ul><li>${w.say("rule_age", { span: span(f.maxAge, w) })}</li>
      <li>${w.say("rule_rise", { pct: percent(f.maxIncreaseBps, w) })}</li>
      ${f.marginBps ? html`<li>${w.say("rule_margin", { pct: percent(f.marginBps, w) })}</li>` : null}
      <li>${w.say("blocked", { n: s.blocked })}</li></ul>`;
}

function may(m: Model, role: string): string {
  const known = ["ADMIN", "UPGRADER", "ISSUANCE_ADMIN", "RESERVE_ADMIN", "PAUSER", "UNPAUSER", "COMPLIANCE", "ENFORCER",
    "GUARDIAN", "REDEEMER", "MINTER"];
  return known.includes(role) ? m.words.say(`r_${role}` as Key) : m.words.say("unknown");
}

export function limits(m: Model): Html {
  const { words: w, snapshot: s } = m;
  return html`<h2>${w.say("limits")}</h2>
    <ul>${(["l1", "l2", "l3", "l4", "l5", "l6"] as const).map((key) => html`<li>${w.say(key)}</li>`)}</ul>
    ${m.self && html`<p>${w.say("self")}</p><dl class="rows addresses" id="self">
      ${Object.entries(m.self).map(([name, hash]) => html`<div><dt>${name}</dt><dd><code>${hash}</code></dd></div>`)}</dl>`}
    <details><summary>${w.say("contracts_title")}</summary><dl class="rows addresses">
      ${Object.entries(s.contracts).map(([name, at]) => html`<div><dt>${name.replaceAll("_", " ")}</dt><dd><code>${at}</code></dd></div>`)}
      <div><dt>chain</dt><dd>${s.chain_id}</dd></div></dl></details>`;
}
