// Buys by x402: asks, signs what the shop wants if it is KGST and not too much, and asks again.

import { x402Client, x402HTTPClient } from "@x402/core/client";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { privateKeyToAccount } from "viem/accounts";
import { baseUnits, network, token } from "./som.mjs";

export const MOST = "100";

export class Payer {
  constructor(key) {
    this.account = privateKeyToAccount(key);
    this.scheme = new ExactEvmScheme(this.account);
    // A client pays its own list of dollars only, unless it is told of others, with the most that a payment may be.
    const allowedAssets = [{ network, asset: token, maxAmountPerPayment: baseUnits(MOST).toString() }];
    const client = x402Client.fromConfig({
      schemes: [{ network, client: this.scheme }],
      spendControls: { allowedAssets },
    });
    this.http = new x402HTTPClient(client);
  }

  /** What the shop wants. */
  async priced(url) {
    const response = await fetch(url);
    if (response.status !== 402) throw new Error(`${url}: ${response.status}, and no price`);
    return this.http.getPaymentRequiredResponse((name) => response.headers.get(name), await response.json());
  }

  signed(required) {
    return this.http.createPaymentPayload(required);
  }

  /** Hands a signed payment in: what was bought and the transaction, or why not. */
  async handIn(url, payload) {
    const response = await fetch(url, { headers: this.http.encodePaymentSignatureHeader(payload) });
    const read = (name) => response.headers.get(name);
    const body = await response.json();
    if (response.ok) return { bought: body, ...this.http.getPaymentSettleResponse(read) };
    const why = read("PAYMENT-REQUIRED") ? this.http.getPaymentRequiredResponse(read, body).error : body.error;
    return { refused: why };
  }
}
