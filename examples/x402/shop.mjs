// Sells one thing, the weather in Bishkek, for som. What it sells it hands out after the payment is in a block.

import { HTTPFacilitatorClient, x402HTTPResourceServer, x402ResourceServer } from "@x402/core/server";
import { ExactEvmScheme } from "@x402/evm/exact/server";
import { serve } from "./serve.mjs";
import { money, network } from "./som.mjs";

export const PRICE = "25.50";

export async function startShop(payTo, facilitator) {
  const scheme = new ExactEvmScheme().registerMoneyParser(money);
  const server = new x402ResourceServer(new HTTPFacilitatorClient({ url: facilitator })).register(network, scheme);
  const accepts = { scheme: "exact", network, payTo, price: PRICE, maxTimeoutSeconds: 60 };
  const shop = new x402HTTPResourceServer(server, { "GET /weather": { accepts, description: "The weather in Bishkek" } });
  await shop.initialize();
  return serve(async ({ method, path, headers }) => {
    const adapter = {
      getHeader: (name) => headers[name.toLowerCase()], getMethod: () => method, getPath: () => path,
      getUrl: () => `http://127.0.0.1${path}`, getAcceptHeader: () => headers.accept ?? "", getUserAgent: () => "",
    };
    const asked = await shop.processHTTPRequest({ adapter, method, path });
    if (asked.type === "no-payment-required") return [404, {}, {}];
    if (asked.type === "payment-error") return [asked.response.status, asked.response.headers, asked.response.body];
    const paid = await shop.processSettlement(asked.paymentPayload, asked.paymentRequirements, asked.declaredExtensions);
    if (!paid.success) return [402, paid.headers, { error: paid.errorReason }];
    return [200, paid.headers, { weather: "sunny, 21 °C" }];
  });
}
