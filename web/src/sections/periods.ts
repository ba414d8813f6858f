// What came of a period's report and the files with officers' signatures: who signed it, or what is wrong.

import { TYIYN } from "../figures";
import { som } from "../format";
import { html, type Html } from "../html";
import type { Model } from "../model";
import { ROLES, type Certified, type Filed, type Period } from "../period";

export function periods(m: Model): Html {
  const reports = m.filed.filter((one) => one.report);
  const strays = m.filed.filter((one) => !one.report && !reports.some((other) => other.sha256 === one.officer?.sha256));
  return html`${reports.map((one) => good(m, { ...one, report: one.report! }))}${strays.map((one) => stray(m, one))}`;
}

const line = (ok: boolean, text: string): Html => html`<p class="verdict ${ok ? "good" : "bad"}">${ok ? "✓" : "✗"} ${text}</p>`;

const stray = (m: Model, one: Filed): Html =>
  html`<article class="period" data-period="${one.officer ? "stray" : "bad"}"><h3>${one.name}</h3>
    ${line(false, m.words.say(one.officer ? "period_stray" : "period_bad"))}</article>`;

function good(m: Model, filed: Filed & { report: Period }): Html {
  const { words: w, snapshot } = m;
  const { report, sha256 } = filed;
  const signed = m.certified.get(sha256) ?? [];
  const mine =
    report.token.chain_id === snapshot.chain_id && report.token.token.toLowerCase() === snapshot.contracts.token!.toLowerCase();
  const money = (base: bigint): string => `${som(base, w)} ${w.say("som")}`;
  const row = (label: string, value: string): Html => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  const lacking = ROLES.filter((role) => !signed.some((one) => one.role === role && ["named", "unnamed", "contract"].includes(one.standing)));
  const whole = mine && !lacking.length && signed.every((one) => one.standing === "named");
  return html`<article class="period" data-period="${whole ? "certified" : "open"}"><h3>${filed.name}</h3>
    ${mine ? null : line(false, w.say("report_token"))}
    <dl class="rows">
      ${row(w.say("period_days"), `${report.period.first_day} – ${report.period.last_day} (${report.period.days === "bishkek" ? w.bishkek : "UTC"})`)}
      ${row(w.say("supply"), money(BigInt(report.redeemable_tokens_outstanding.total_tokens_outstanding)))}
      ${row(w.say("reserves"), money(BigInt(report.redemption_assets.redemption_assets) * TYIYN))}
      ${row(w.say("period_difference"), money(BigInt(report.comparison.difference)))}
    </dl>
    ${report.missing.map((gap) => html`<p class="note">${w.say("period_gap")} ${gap.what}</p>`)}
    ${signed.map((one) => said(m, one))}
    ${lacking.map((role) => html`<p class="verdict" data-lacking="${role}">${w.say("period_lacking", { role })}</p>`)}
    <p class="small">SHA-256: <code>${sha256}</code></p></article>`;
}

function said(m: Model, { name, role, signer, standing }: Certified): Html {
  const bad = standing === "forged" || standing === "stranger";
  const mark = bad ? "✗" : standing === "contract" ? "?" : "✓";
  return html`<p class="verdict ${bad ? "bad" : standing === "contract" ? "" : "good"}" data-signed="${standing}">${mark}
    ${m.words.say(`period_${standing}`, { role })} <code>${signer}</code> <span class="small">(${name})</span></p>`;
}
