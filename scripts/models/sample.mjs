// The letters of sample documents: latin subsets of two free fonts. A WOFF file is a TrueType font whose tables are compressed one by one
// (W3C WOFF 1.0); here they are put back.
import { inflateSync } from "node:zlib";

const outputs = {
  "sample-sans.ttf": "@fontsource/roboto/files/roboto-latin-400-normal.woff",
  "sample-mono.ttf": "@fontsource/pt-mono/files/pt-mono-latin-400-normal.woff",
};

export const inputs = {
  [outputs["sample-sans.ttf"]]: "6cff12116b83321230347db75d0721e70c27c6ec69eccca93ca4b1556eaaf67f",
  [outputs["sample-mono.ttf"]]: "ae4f0235e3634a4788f24a5a638eedcf8caef9ad05ab5d461546e62865eff777",
};

export const make = (files) => Object.fromEntries(Object.entries(outputs).map(([name, path]) => [name, unpack(files[path])]));

function unpack(woff) {
  const count = woff.readUInt16BE(12);
  const header = Buffer.alloc(12 + 16 * count);
  const power = Math.floor(Math.log2(count));
  header.writeUInt32BE(woff.readUInt32BE(4), 0);
  header.writeUInt16BE(count, 4);
  header.writeUInt16BE(16 << power, 6);
  header.writeUInt16BE(power, 8);
  header.writeUInt16BE(16 * count - (16 << power), 10);
  const parts = [header];
  let end = header.length;
  for (let i = 0; i < count; i++) {
    // Tag, offset, compressed length, length, checksum.
    const entry = 44 + 20 * i;
    const [offset, packed, length, checksum] = [4, 8, 12, 16].map((at) => woff.readUInt32BE(entry + at));
    const bytes = woff.subarray(offset, offset + packed);
    const table = packed < length ? inflateSync(bytes) : bytes;
    const at = 12 + 16 * i;
    woff.copy(header, at, entry, entry + 4);
    header.writeUInt32BE(checksum, at + 4);
    header.writeUInt32BE(end, at + 8);
    header.writeUInt32BE(length, at + 12);
    parts.push(table, Buffer.alloc(-length & 3));
    end += length + (-length & 3);
  }
  return Buffer.concat(parts);
}
