// What a customer does on a step, in words that every browser's driver knows, so that one story runs in all of them.
import { join } from "node:path";

export const photo = join(import.meta.dirname, "photos/person.jpg");
export const smallPhoto = join(import.meta.dirname, "photos/small.jpg");
/** The bundled flow with every kind of step. */
export const demo = "demo";

export const honest = { name: "User Name", cpf: "123.456.789-09" };

export type Field = { name: string; type: string; label: string; required?: boolean; accept?: string[]; options?: { value: string; label: string }[] };
export type Step = { id: string; type: string; title: string; text?: string; fields: Field[] };
export type Act = { kind: "fill" | "tick" | "choose"; where: string; what: string };

/** What an honest customer answers, by field. All are written as the page shows them again. */
export const answers: Record<string, string> = {
  ...honest,
  birth_date: "1990-05-17",
  email: "user@example.com",
  phone: "+5511912345678",
  document_type: "RG",
  document_front_url: join(import.meta.dirname, "photos/front.jpg"),
  document_back_url: join(import.meta.dirname, "photos/back.jpg"),
  selfie_url: photo,
  address_proof_url: join(import.meta.dirname, "photos/bill.pdf"),
};

/** How a field is answered: by typing, by ticking or by choosing a file. */
export function act({ name, type }: Field, what = answers[name]): Act {
  if (type === "BOOLEAN") return { kind: "tick", where: `#field-${name}`, what: "true" };
  if (type === "SELECT") return { kind: "tick", where: `input[name="${name}"][value="${what}"]`, what };
  return type === "ARTIFACT" ? { kind: "choose", where: `#field-${name}-file`, what } : { kind: "fill", where: `#field-${name}`, what };
}

/** The steps of a session, as every program reads them. */
export async function stepsOf({ url, sessionId }: { url: string; sessionId: string }, language = "en"): Promise<Step[]> {
  return (await (await fetch(`${new URL(url).origin}/kyc-sessions/${sessionId}/public?lang=${language}`)).json()).steps;
}
