// Redemptions as a holder understands them: asked, being paid, overdue; each with its clock.

import { standing, type Standing } from "../figures";
import { amount, short, span } from "../format";
import { html, type Html } from "../html";
import { shown, type Model } from "../model";
import type { Request } from "../types";

export function clock(m: Model, one: Request, now: bigint): string {
  const { words: w } = m;
  if (one.state === "requested" && !one.time) return w.say("clock_order");
  const left = one.time - now;
  if (one.state === "requested" || one.state === "locked") {
    if (standing(one, now) === "overdue") return w.say("clock_overdue", { span: span(-left, w) });
    return w.say(one.state === "requested" ? "clock_waiting" : "clock_paying", { span: span(left, w) });
  }
  return w.say(one.state === "paid" && !one.burned ? "st_paid_unburned" : `st_${one.state}`);
}

export function redemptions(m: Model): Html {
  const { words: w, snapshot } = m;
  const f = shown(m);
  const terms = snapshot.redemptions;
  const group = (which: Standing): Html => {
    const found = f.requests.filter((one) => standing(one, f.time) === which);
    return html`<h3 class="group-${which}">${w.say(which)} <span class="count">${found.length}</span></h3>
      ${found.length
        ? html`<div class="scroll" tabindex="0" role="region" aria-label="${w.say(which)}"><table data-group="${which}">
            <thead><tr><th scope="col">${w.say("number")}</th><th scope="col">${w.say("holder")}</th>
              <th scope="col" class="num">${w.say("amount")}</th><th scope="col">${w.say("clock")}</th></tr></thead>
            <tbody>${found.map((one) => html`<tr><th scope="row">${one.id}</th><td><code>${short(one.requester)}</code></td>
              <td class="num">${amount(one.amount, w)}</td><td>${clock(m, one, f.time)}</td></tr>`)}</tbody></table></div>`
        : html`<p class="small">${w.say("nothing")}</p>`}`;
  };
  return html`<h2>${w.say("redemptions")}</h2>
    <p>${w.say("redemptions_intro", { redeem: span(terms.redeem_within, w), pay: span(terms.pay_within, w) })}</p>
    ${(["overdue", "waiting", "paying", "ended"] as const).map(group)}`;
}
