// Verifies payments and brings them to the chain: it pays the gas and can change nothing of what was signed.

import { x402Facilitator } from "@x402/core/facilitator";
import { toFacilitatorEvmSigner } from "@x402/evm";
import { registerExactEvmScheme } from "@x402/evm/exact/facilitator";
import { createWalletClient, http, publicActions } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { serve } from "./serve.mjs";
import { RPC, chain, network, token } from "./som.mjs";

export async function startFacilitator(key) {
  const account = privateKeyToAccount(key);
  const wallet = createWalletClient({ account, chain, transport: http(RPC), pollingInterval: 100 }).extend(publicActions);
  const facilitator = new x402Facilitator();
  registerExactEvmScheme(facilitator, {
    signer: toFacilitatorEvmSigner({ ...wallet, address: account.address }),
    networks: network,
    // Whether it still goes through is asked again just before gas is spent.
    simulateInSettle: true,
  });
  return serve(async ({ path, text }) => {
    if (path === "/supported") return [200, {}, facilitator.getSupported()];
    const { paymentPayload, paymentRequirements } = JSON.parse(text);
    // This one pays gas for KGST only.
    if (paymentRequirements.asset !== token) return [400, {}, { error: "another asset" }];
    if (path === "/verify") return [200, {}, await facilitator.verify(paymentPayload, paymentRequirements)];
    if (path === "/settle") return [200, {}, await facilitator.settle(paymentPayload, paymentRequirements)];
    return [404, {}, {}];
  });
}
