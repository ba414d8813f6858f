// Facilitator, shop and payers in one process, on a chain with KGST: node examples/x402/play.mjs
//
// RPC, TOKEN (else abi/addresses.json), PAYER and FACILITATOR: private keys, one with som and one with BNB. The shop needs
// an address and nothing else.

import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { startFacilitator } from "./facilitator.mjs";
import { Payer } from "./payer.mjs";
import { PRICE, startShop } from "./shop.mjs";
import { balanceOf, inSom, token } from "./som.mjs";

const { PAYER, FACILITATOR } = process.env;
const payTo = privateKeyToAddress(generatePrivateKey());
const facilitator = await startFacilitator(FACILITATOR);
const shop = await startShop(payTo, facilitator.url);
const [payer, pauper] = [new Payer(PAYER), new Payer(generatePrivateKey())];
const url = `${shop.url}/weather`;

const told = {};
function tell(name, words, value) {
  told[name] = value;
  console.log(`${name.padEnd(9)} ${words}`);
}
const refusal = (name, ended) => tell(name, ended.refused ? `refused: ${ended.refused}` : "was not refused", ended.refused ?? null);

const required = await payer.priced(url);
const [price] = required.accepts;
tell("price", `${inSom(price.amount)} (the shop says ${PRICE}) for “${required.resource.description}”`, price);

const before = await balanceOf(payer.account.address);
const payment = await payer.signed(required);
const ended = await payer.handIn(url, payment);
const [after, took] = [await balanceOf(payer.account.address), await balanceOf(payTo)];
if (ended.refused) throw new Error(`not paid: ${ended.refused}`);
tell("paid", `${inSom(before - after)}; the shop has ${inSom(took)}; sold: ${ended.bought.weather}`, {
  transaction: ended.transaction, paid: `${before - after}`, took: `${took}`, payTo, token,
});

refusal("twice", await payer.handIn(url, payment));
refusal("no funds", await pauper.handIn(url, await pauper.signed(await pauper.priced(url))));
const late = await payer.scheme.createPaymentPayload(2, { ...payment.accepted, maxTimeoutSeconds: 1 });
refusal("expired", await payer.handIn(url, { ...payment, payload: late.payload }));
const dear = { ...required, accepts: [{ ...price, amount: "100000001" }] };
refusal("too dear", { refused: await payer.signed(dear).then(() => undefined, (error) => error.message) });
if ((await balanceOf(payTo)) !== took) throw new Error("a refused payment was taken");

if (process.argv.includes("--json")) console.log(JSON.stringify(told));
shop.close();
facilitator.close();
