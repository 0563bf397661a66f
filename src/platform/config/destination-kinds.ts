import { type TArray, type TString, Type } from "@sinclair/typebox";

import { decodeWebhookSecret } from "../../kernel/standard-webhooks.ts";
import { parseWebhookUrl } from "../../kernel/webhook-url.ts";
import { splitList } from "./kinds.ts";
import type { Kind } from "./setting.ts";

/** The URL of a broker, with one of the schemes. Shown without its password and its query. */
export function brokerAddress(...schemes: readonly string[]): Kind<TString, ""> {
  const [first = ""] = schemes;
  const form = new RegExp(
    `^(?:${schemes.join("|")})://(?:[^\\s@/?#]*@)?[^\\s@/?#]+(?:/[^\\s@?#]*)?(?:\\?[^\\s@#]*)?$`,
  );
  return {
    schema: Type.String({ maxLength: 4096 }),
    suffix: "",
    expected: `a URL such as ${first}://user:password@host, with ${schemes.join(" or ")}, and with @ / ? # : and % in the password percent-encoded`,
    read: (given) => (form.test(given) && URL.canParse(given) ? given : undefined),
    show: redactAddress,
  };
}

/** Kafka's bootstrap brokers, as `host:port`. */
export const brokerHosts: Kind<TArray<TString>, ""> = {
  schema: Type.Array(Type.String({ maxLength: 260 }), { minItems: 1, uniqueItems: true }),
  suffix: "",
  expected: "hosts with ports such as kafka-1.example.com:9092, comma separated, each once",
  read(given) {
    const hosts = splitList(given);
    return hosts.every(isHostWithPort) ? hosts : undefined;
  },
  show: (hosts) => hosts.join(","),
};

/** The http or https URL that webhooks are posted to. It is shown without its query, which may hold a key. */
export const webhookAddress: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 2048 }),
  suffix: "",
  expected:
    "an http or https URL such as https://app.example.com/events, without user, password and fragment",
  read: (given) => parseWebhookUrl(given)?.href,
  show: redactAddress,
};

/** The secret of a webhook in the form of Standard Webhooks. */
export const webhookSecret: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 128 }),
  suffix: "",
  expected:
    "whsec_ followed by 24 to 64 bytes in base64, such as the output of `openssl rand -base64 32`",
  read: (given) => (decodeWebhookSecret(given) === null ? undefined : given),
  show: () => "[set]",
};

function isHostWithPort(given: string): boolean {
  const [, port = ""] = /^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\]):(\d{1,5})$/i.exec(given) ?? [];
  return Number(port) >= 1 && Number(port) <= 65_535;
}

function redactAddress(given: string): string {
  const url = new URL(given);
  if (url.password !== "") url.password = "redacted";
  if (url.search !== "") url.search = "?redacted";
  return url.href;
}
