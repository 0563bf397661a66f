import { createRemoteJWKSet, jwtVerify } from "jose";

/** What a protected resource needs to know. */
export interface ResourceOptions {
  /** The address of Gatehouse: its `PUBLIC_URL`. */
  readonly issuer: string;
  /** The address of this service, which clients send as `resource` and which tokens have as `aud`. */
  readonly resource: string;
}

/**
 * A service that MCP clients and others call with tokens of Gatehouse. It says in its metadata where tokens come from (RFC 9728),
 * and answers everything else only to a token for itself. Gatehouse needs `JWT_ALGORITHM=ES256`.
 */
export function createResource({ issuer, resource }: ResourceOptions) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const { origin, pathname } = new URL(resource);
  const metadataPath = `/.well-known/oauth-protected-resource${pathname === "/" ? "" : pathname}`;
  const metadata = {
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ["header"],
    scopes_supported: ["openid", "offline_access"],
  };

  async function userOf(request: Request): Promise<string | null> {
    const [, token = ""] = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    try {
      // Without the audience, any other service that gets a token of the user could use it here.
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: resource,
        typ: "at+jwt",
      });
      return payload.sub ?? null;
    } catch {
      return null;
    }
  }

  return async function respond(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === metadataPath) return Response.json(metadata);
    const userId = await userOf(request);
    if (userId !== null) return Response.json({ user_id: userId });
    const challenge = `Bearer resource_metadata="${origin}${metadataPath}"`;
    return new Response(null, { status: 401, headers: { "www-authenticate": challenge } });
  };
}

if (import.meta.main) {
  const { ISSUER = "http://localhost:8000", RESOURCE = "http://localhost:3000/mcp" } = process.env;
  const { port } = new URL(RESOURCE);
  Bun.serve({ port, fetch: createResource({ issuer: ISSUER, resource: RESOURCE }) });
}
