// Compresses and measures a finished site, for build.sh.
//   site.mjs compress DIR   writes FILE.br beside every file that it makes smaller
//   site.mjs sizes DIR      prints the size of each file of the bundles; fails if a customer's first page is too large
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const COMPRESSIBLE = new Set([".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".wasm", ".webmanifest", ".xml"]);
const SMALLEST = 1024;
/** The most that a customer may download before the first step is interactive, in bytes of brotli. */
const BUDGET = 134_000;

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });

function compress(site) {
  for (const path of files(site)) {
    const bytes = readFileSync(path);
    if (!COMPRESSIBLE.has(extname(path)) || bytes.length <= SMALLEST) continue;
    const small = brotli(bytes);
    if (small.length < bytes.length) writeFileSync(`${path}.br`, small);
  }
}

function sizes(site) {
  const pkg = join(site, "pkg", readFileSync(join(site, "build"), "utf8").trim());
  const small = (path) => (existsSync(`${path}.br`) ? readFileSync(`${path}.br`) : brotli(readFileSync(path))).length;
  const line = (raw, compressed, name) => console.log(`${String(raw).padStart(9)} ${String(compressed).padStart(9)}  ${name}`);

  line("bytes", "brotli", "");
  for (const path of files(pkg).filter((path) => !path.endsWith(".br"))) line(readFileSync(path).length, small(path), path.slice(site.length + 1));

  const first = [join(pkg, "flow.js"), join(pkg, "flow_bg.wasm"), join(pkg, "main.css"), join(pkg, "guard.js")];
  const total = first.reduce((sum, path) => sum + small(path), 0);
  line("", total, `a customer's first page, of ${BUDGET} at most`);
  if (total > BUDGET) {
    console.error(`error: a customer's first page weighs ${total} bytes of brotli, more than ${BUDGET}`);
    process.exit(1);
  }
}

const [command, site] = process.argv.slice(2);
({ compress, sizes })[command](site);
