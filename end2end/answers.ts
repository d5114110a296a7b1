// What a customer enters on each step, described so that every browser's driver can do it.
import { join } from "node:path";

export const photo = join(import.meta.dirname, "photos/person.jpg");
export const smallPhoto = join(import.meta.dirname, "photos/small.jpg");
/** The bundled flow that has every kind of step. */
export const demo = "demo";

export const validIdentity = { name: "User Name", cpf: "123.456.789-09" };

export type Field = { name: string; type: string; label: string; required?: boolean; accept?: string[]; options?: { value: string; label: string }[] };
export type Step = { id: string; type: string; title: string; text?: string; fields: Field[] };
export type Act = { kind: "fill" | "tick" | "choose"; selector: string; value: string };

/** Valid answers by field, written as the page shows them again. */
export const answers: Record<string, string> = {
  ...validIdentity,
  birth_date: "1990-05-17",
  email: "user@example.com",
  phone: "+5511912345678",
  document_type: "RG",
  document_front_url: join(import.meta.dirname, "photos/front.jpg"),
  document_back_url: join(import.meta.dirname, "photos/back.jpg"),
  selfie_url: photo,
  address_proof_url: join(import.meta.dirname, "photos/bill.pdf"),
};

/** Says how to answer a field: type, tick or choose a file. */
export function act({ name, type }: Field, value = answers[name]): Act {
  if (type === "BOOLEAN") return { kind: "tick", selector: `#field-${name}`, value: "true" };
  if (type === "SELECT") return { kind: "tick", selector: `input[name="${name}"][value="${value}"]`, value };
  return type === "ARTIFACT" ? { kind: "choose", selector: `#field-${name}-file`, value } : { kind: "fill", selector: `#field-${name}`, value };
}

/** The steps of a session, from the public API. */
export async function stepsOf({ url, sessionId }: { url: string; sessionId: string }, language = "en"): Promise<Step[]> {
  return (await (await fetch(`${new URL(url).origin}/kyc-sessions/${sessionId}/public?lang=${language}`)).json()).steps;
}
