// What came of the reports that were dropped, account by account.

import { TYIYN } from "../figures";
import { amount } from "../format";
import { html, type Html } from "../html";
import { shown, type Model } from "../model";
import { judge, unbroken, type Read, type Report } from "../report";

export function reports(m: Model): Html {
  const { words: w } = m;
  const whole = m.reports.length > 0 && unbroken(m.reports, shown(m), m.snapshot);
  return html`${m.reports.map((one) => (one.report ? good(m, { ...one, report: one.report }) : bad(m, one)))}
    ${whole ? html`<p class="verdict good" id="chain">${w.say("report_chain")}</p>` : null}`;
}

const bad = (m: Model, one: Read): Html =>
  html`<article class="report" data-report="bad"><h3>${one.name}</h3><p class="verdict bad">✗ ${m.words.say("report_bad")}</p></article>`;

function good(m: Model, one: Read & { report: Report }): Html {
  const { words: w } = m;
  const { report } = one;
  const found = judge(one, shown(m), m.snapshot);
  const n = report.epoch;
  const line = (ok: boolean, text: string): Html => html`<p class="verdict ${ok ? "good" : "bad"}">${ok ? "✓" : "✗"} ${text}</p>`;
  const before =
    found.previous === null
      ? line(true, w.say("report_first"))
      : line(found.previous, found.previous ? w.say("report_prev_ok", { n: n - 1 }) : w.say("report_prev_bad"));
  const total = BigInt(report.reserves.total_tyiyn) * TYIYN;
  const off = report.reserves.deductions.reduce((all, each) => all + BigInt(each.tyiyn), 0n) * TYIYN;
  return html`<article class="report" data-report="${found.token && found.hash ? "true" : "false"}"><h3>${one.name}</h3>
    ${found.token ? null : line(false, w.say("report_token"))}
    ${found.hash === null ? line(false, w.say("report_unknown", { n })) : line(found.hash, w.say(found.hash ? "report_true" : "report_false", { n }))}
    ${line(found.sum, w.say(found.sum ? "report_sum" : "report_sum_bad"))} ${before}
    <div class="scroll" tabindex="0" role="region" aria-label="${one.name}"><table>
      <thead><tr><th scope="col">${w.say("bank")}</th><th scope="col">${w.say("account")}</th><th scope="col">${w.say("owner")}</th>
        <th scope="col" class="num">${w.say("balance")}</th></tr></thead>
      <tbody>${report.reserves.accounts.map((each) => html`<tr><td>${each.bank ?? w.say("unknown")}</td>
        <th scope="row"><code>${each.account}</code> ${report.transcribed.includes(each.account) ? html`<em>${w.say("transcribed")}</em>` : null}</th>
        <td>${each.owner}</td><td class="num">${amount(BigInt(each.closing_balance_tyiyn) * TYIYN, w)}</td></tr>`)}</tbody>
      <tfoot>${off ? html`<tr><th scope="row" colspan="3">${w.say("deducted")}</th><td class="num">−${amount(off, w)}</td></tr>` : null}
        <tr><th scope="row" colspan="3">${w.say("total")}</th><td class="num">${amount(total, w)}</td></tr></tfoot></table></div>
    <p class="small"><code>${one.hash}</code></p></article>`;
}
