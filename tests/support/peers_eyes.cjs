// What other people's tools see at an address, as JSON: RPC and TOKEN from the environment, an account as argument.
"use strict";
const core = require("@openzeppelin/upgrades-core");
const { createPublicClient, erc20Abi, http, keccak256, numberToHex, toHex } = require("viem");

const address = process.env.TOKEN;
const client = createPublicClient({ transport: http(process.env.RPC) });
const provider = { send: (method, params) => client.request({ method, params }) };

const before = (name) => numberToHex(BigInt(keccak256(toHex(name))) - 1n, { size: 32 });
/** Where explorers look, in their order: EIP-1967, its beacon, OpenZeppelin's first proxies, EIP-1822. */
const SLOTS = {
  eip1967: before("eip1967.proxy.implementation"),
  beacon: before("eip1967.proxy.beacon"),
  openzeppelin: keccak256(toHex("org.zeppelinos.proxy.implementation")),
  eip1822: keccak256(toHex("PROXIABLE")),
};

async function main() {
  const words = {};
  for (const [name, slot] of Object.entries(SLOTS)) words[name] = await client.getStorageAt({ address, slot });
  const token = { address, abi: erc20Abi };
  const [account] = process.argv.slice(2);
  const seen = {
    upgradesCore: {
      implementation: await core.getImplementationAddress(provider, address),
      uups: await core.isTransparentOrUUPSProxy(provider, address),
      transparent: await core.isTransparentProxy(provider, address),
      beacon: await core.isBeaconProxy(provider, address),
    },
    words,
    code: (await client.getCode({ address })).slice(0, 22),
    viem: {
      name: await client.readContract({ ...token, functionName: "name" }),
      symbol: await client.readContract({ ...token, functionName: "symbol" }),
      decimals: await client.readContract({ ...token, functionName: "decimals" }),
      supply: String(await client.readContract({ ...token, functionName: "totalSupply" })),
      held: String(await client.readContract({ ...token, functionName: "balanceOf", args: [account] })),
      domain: (await client.getEip712Domain({ address })).domain,
    },
  };
  console.log(JSON.stringify(seen, (_, one) => (typeof one === "bigint" ? Number(one) : one)));
}
main();
