// A company's backend that receives webhooks.
import { expect } from "@playwright/test";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

/** The whole body of an event about a session that has no customer. */
export const eventBody = (type: string, data: { sessionId: string; ref: string; decision: string; sequence: number }) => ({
  type,
  timestamp: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
  data: { status: "COMPLETED", customerId: null, riskScore: 0, ...data },
});

/** Accepts every event and keeps it as it came. */
export class Receiver {
  secret = "";
  private readonly received: { headers: IncomingHttpHeaders; body: string }[] = [];
  private readonly http: HttpServer = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.end();
  });

  async start() {
    await once(this.http.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/events`;
  }

  /** Waits for the only event about a session and verifies its signature with `standardwebhooks`. */
  onlyEvent(session: string) {
    return this.event(session);
  }

  /** The same for one type of event. */
  async event(session: string, type = "") {
    const about = () => this.received.filter(({ body }) => body.includes(session) && body.includes(`"type":"${type}`));
    await expect.poll(() => about().length, { message: "a webhook arrives", timeout: 20_000 }).toBe(1);
    const [{ headers, body }] = about();
    new Webhook(this.secret).verify(body, headers as Record<string, string>);
    return JSON.parse(body);
  }

  /** Waits for the events about a transaction, and verifies each. A repeated delivery counts once. They come in the order of their sequence. */
  async eventsAbout(transactionId: string, count: number) {
    const about = () => {
      const found = this.received.filter(({ body }) => body.includes(transactionId));
      return [...new Map(found.map((request) => [request.headers["webhook-id"], request])).values()];
    };
    await expect.poll(() => about().length, { message: "webhooks arrive", timeout: 20_000 }).toBe(count);
    const events = about().map(({ headers, body }) => new Webhook(this.secret).verify(body, headers as Record<string, string>));
    return (events as { type: string; data: { status: string; reason: string; sequence: number } }[]).sort((a, b) => a.data.sequence - b.data.sequence);
  }

  async stop() {
    this.http.closeAllConnections();
    this.http.close();
  }
}
