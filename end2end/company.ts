// A company's backend: its rules and its payments over the API, and the pages that follow from them.
import { expect } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { Customer } from "./customer";
import { Operator } from "./operator";
import { Receiver } from "./receiver";
import type { Link, Server } from "./server";

export type Posted = { transactionId: string; status: string; decidedBy: string | null; session?: Link };
export type Then = { action: string; flow?: string; ttl?: string; onExpired?: string };

/** A flow of one screen. A wrong CPF gets the decision that its bands say. */
const flow = (name: string, bands: { review: number; reject: number }) => ({
  name,
  bands,
  steps: [{ id: "identity", type: "FORM", title: "Who you are", fields: [{ name: "cpf", type: "CPF", label: "CPF", required: true }] }],
});

export class Company {
  private constructor(
    readonly server: Server,
    readonly backend: Receiver,
    private readonly key: string,
  ) {}

  /** Makes an API key and imports the flows `step-up`, `step-up-review` and `step-up-reject`. */
  static async of(server: Server, backend: Receiver) {
    const { key } = await server.command("api-key", "create", "--scope", "transactions", "--scope", "rules");
    await server.importFlow(flow("step-up", { review: 25, reject: 70 }));
    await server.importFlow(flow("step-up-review", { review: 1, reject: 100 }));
    await server.importFlow(flow("step-up-reject", { review: 1, reject: 2 }));
    return new Company(server, backend, key);
  }

  private async send(method: string, path: string, body: object) {
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/json" };
    const answer = await fetch(`${this.server.origin}${path}`, { method, headers, body: JSON.stringify(body) });
    expect(answer.ok, await answer.clone().text()).toBe(true);
    return answer.json();
  }

  /** Imports a rule that matches payments of one type. Returns the type, which no other payment has. */
  async rule(then: Then, more: object = {}) {
    const type = `T${randomUUID().slice(0, 8).toUpperCase()}`;
    const name = `held-${type.toLowerCase()}`;
    const when = { all: [{ field: "type", is: type }, { field: "amount", atLeast: 100_000, currency: "BRL" }] };
    await this.importRule({ name, title: `Rule ${type}`, weight: 40, when, then, ...more });
    return type;
  }

  /** Imports a rule in TEST that matches payments of this type. */
  async tried(name: string, type: string) {
    const rule = { name: `${name}-${type.toLowerCase()}`, mode: "TEST", weight: 70, when: { field: "type", is: type }, then: { action: "BLOCK" } };
    await this.importRule(rule);
  }

  /** Imports this rule. */
  importRule(rule: { name: string; [key: string]: unknown }) {
    return this.send("PUT", `/rules/${rule.name}`, rule);
  }

  /** Posts this payment. */
  post(payment: object): Promise<Posted> {
    return this.send("POST", "/transactions", payment);
  }

  /** Posts a payment of a new customer, or of this one. */
  pay(type: string, customerId = `c-${randomUUID()}`): Promise<Posted> {
    const counterparty = { id: "acct-quixotry", name: "Loja Azul", country: "PT" };
    // Without digits, so that no role takes it for a document's number.
    const unique = randomUUID().replace(/\d/g, (digit) => "ghijklmnop"[Number(digit)]);
    const payment = { transactionId: `pix-${unique}`, customerId, amount: 125_000, currency: "BRL", direction: "OUT", type };
    return this.post({ ...payment, counterparty, deviceId: "device-9", ip: "203.0.113.7", metadata: { segment: "gold" } });
  }

  /** The events about a transaction, in order, once there are this many. Each is verified with `standardwebhooks`. */
  async events(transactionId: string, count: number) {
    const events = await this.backend.eventsAbout(transactionId, count);
    return events.map(({ type, data }) => `${type} ${data.status} ${data.reason}`);
  }
}

/** Completes the session's one screen. */
export async function complete(customer: Customer, cpf: string) {
  await customer.open();
  await customer.expectStep("identity");
  await customer.cpf.fill(cpf);
  await customer.pressContinue();
  await customer.expectStatus("COMPLETED");
}

/** Opens a transaction's page by the search. */
export async function openTransaction(operator: Operator, transactionId: string) {
  await operator.open("/transactions");
  await operator.main.getByRole("searchbox").fill(transactionId);
  await operator.button("Search").click();
  await expect(operator.heading).toHaveText(transactionId);
  expect(operator.page.url()).not.toContain(transactionId);
}
