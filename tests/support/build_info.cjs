// A build-info as Hardhat and Foundry write it, of the implementation, for OpenZeppelin's upgrades-core.
// The compiler stops before any code is made: what upgrades-core looks for is in the sources.
//
// node build_info.cjs PROJECT FILE
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [root, file] = process.argv.slice(2);
const modules = path.join(root, "node_modules");
const solc = require(path.join(modules, "solc/wrapper.js"))(require(path.join(modules, "solc/soljson.js")));

const sources = {};
const read = (name) => {
  const content = fs.readFileSync(path.join(name.startsWith("@") ? modules : root, name), "utf8");
  sources[name] = { content };
  return { contents: content };
};
const select = { "*": { "": ["ast"], "*": ["abi", "evm.methodIdentifiers", "storageLayout", "devdoc"] } };
const settings = { evmVersion: "prague", outputSelection: select };
read("contracts/KGSTLogic.sol");
const input = { language: "Solidity", sources: { ...sources }, settings };
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
for (const contracts of Object.values(output.contracts)) {
  for (const [name, contract] of Object.entries(contracts)) {
    // Code of no bytes would say that a contract is abstract.
    const object = name === "KGSTLogic" ? "00" : "";
    contract.evm.bytecode = contract.evm.deployedBytecode = { object, linkReferences: {} };
  }
}
const version = require(path.join(modules, "solc/package.json")).version;
const build = { _format: "hh-sol-build-info-1", id: "kgst", solcVersion: version, solcLongVersion: version };
fs.writeFileSync(file, JSON.stringify({ ...build, input: { ...input, sources }, output }));
