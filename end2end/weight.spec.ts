// Measures a customer's first page with everything it loads, as sent over the network. More than a phone on a bad network
// can load is a failure.
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { brotliCompressSync } from "node:zlib";
import { Customer } from "./customer";
import { demo } from "./answers";
import { expect, test } from "./support";

/** The limit in bytes. */
const limit = 130_000;

/** The size of a file as sent to a browser. A page is compressed as a proxy would do it. */
async function measure(url: string) {
  const [answer] = (await once(get(url, { headers: { "accept-encoding": "gzip, deflate, br" } }), "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const coding = answer.headers["content-encoding"] ?? "";
  const isPage = answer.headers["content-type"]?.startsWith("text/html") && !coding;
  return { status: answer.statusCode, coding, bytes: isPage ? brotliCompressSync(body).length : body.length };
}

for (const flow of ["minimal", demo]) {
  test(`the first page of ${flow} weighs at most ${limit} bytes with all that it loads`, { tag: "@script-on" }, async ({ page, server }) => {
    const customer = new Customer(page, await server.link(flow), true);
    await customer.open();
    await page.waitForLoadState("networkidle");
    const icon = await page.locator("link[rel=icon]").evaluate((link: HTMLLinkElement) => link.href);
    const requested = customer.requests.map((request) => request.url()).filter((url) => url !== customer.link.url && url !== icon);
    let total = 0;
    console.log(`\n    bytes  coding  the first page of ${flow}`);
    for (const url of [...requested, icon]) {
      const { status, coding, bytes } = await measure(url);
      expect(status, url).toBe(200);
      if (/[.](wasm|js|css)$/.test(url) && bytes > 1024) expect(coding, url).toBe("br");
      total += bytes;
      const path = new URL(url).pathname.replace(customer.link.sessionId, "…").replace(/[0-9a-f]{8}-[-0-9a-f]+/, "…");
      console.log(`${String(bytes).padStart(9)}  ${coding.padEnd(6)}  ${path}`);
    }
    console.log(`${String(total).padStart(9)}          of ${limit} at most`);
    expect(requested.filter((url) => /flow_bg[.]wasm$/.test(url))).toHaveLength(1);
    expect(total).toBeLessThanOrEqual(limit);
    customer.expectQuiet();
  });
}
