#!/usr/bin/env node
// The npm `solc`, kept running: one standard-JSON job a line on stdin, one result a line on stdout. Starting the
// compiler takes longer than compiling one mutant. `tools/solc.cjs` is the same compiler behind a command line.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");

const root = path.resolve(__dirname, "..");
const solc = require(path.join(root, "node_modules/solc/wrapper.js"))(
  require(path.join(root, "node_modules/solc/soljson.js")),
);

const read = (name) => {
  try {
    return { contents: fs.readFileSync(path.join(root, "node_modules", name), "utf8") };
  } catch (error) {
    return { error: `${name}: ${error.message}` };
  }
};

// Whoever asked is gone.
process.stdout.on("error", () => process.exit(1));

readline.createInterface({ input: process.stdin }).on("line", (job) => {
  process.stdout.write(solc.compile(job, { import: read }) + "\n");
});
