import { keepValue } from "../../../kernel/kept-value.ts";
import { ProviderError } from "../provider.ts";
import { callProvider, publicEndpoint } from "./call-provider.ts";
import type { Outbound } from "./openid-provider.ts";
import { membersOf } from "./received-values.ts";

/** Where Microsoft's tenants sign in. */
export const microsoftOrigin = "https://login.microsoftonline.com";

/** The tenant of all personal accounts. */
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad";
const tenantId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const discoveredIssuer = /^https:\/\/login\.microsoftonline\.com\/([0-9a-f-]{36})\/v2\.0$/;

/** Whether users of the tenant with this id (`tid` of an ID token) may sign in. */
export type TenantCheck = (id: unknown) => boolean;

/**
 * The check for a tenant in the settings. The id of a tenant that is named by its domain is asked for when it is first needed.
 * Throws `ProviderError` `unavailable`.
 */
export function createTenantCheck(tenant: string, outbound: Outbound): () => Promise<TenantCheck> {
  if (tenant === "common") return always(() => true);
  if (tenant === "organizations") return always((id) => id !== consumers);
  if (tenant === "consumers") return always((id) => id === consumers);
  if (tenantId.test(tenant)) return always((id) => id === tenant);
  const times = { valueSeconds: 3600, errorSeconds: 5 };
  const found = keepValue(() => findTenantId(tenant, outbound), times, outbound.clock);
  return async () => {
    const expected = await found.get();
    return (id) => id === expected;
  };
}

function always(isAllowed: TenantCheck): () => Promise<TenantCheck> {
  return () =>
    Promise.resolve((id) => typeof id === "string" && tenantId.test(id) && isAllowed(id));
}

async function findTenantId(domain: string, { httpClient }: Outbound): Promise<string> {
  const endpoint = publicEndpoint(
    `${microsoftOrigin}/${domain}/v2.0/.well-known/openid-configuration`,
  );
  const { json } = await callProvider(httpClient, "discovery", { ...endpoint, method: "GET" });
  const { issuer } = membersOf(json, "discovery_invalid");
  const [, id] = (typeof issuer === "string" && discoveredIssuer.exec(issuer)) || [];
  if (id === undefined) throw new ProviderError("unavailable", "discovery_invalid");
  return id;
}
