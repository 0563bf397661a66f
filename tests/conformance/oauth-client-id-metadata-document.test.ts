import { afterAll, beforeEach, describe, expect, setSystemTime, test } from "bun:test";

import { type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { databaseKinds } from "../support/databases.ts";
import { headingOf } from "../support/page-forms.ts";
import { startProviderHosts } from "../support/provider-hosts.ts";
import {
  askToAuthorize,
  authorizeQuery,
  callback,
  codeOf,
  redeem,
} from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

const hosts = startProviderHosts();
afterAll(() => hosts[Symbol.asyncDispose]());

const settings = { CLIENT_ID_METADATA_DOCUMENTS: "true" };
const overrides = { httpClient: hosts.httpClient };
const fetchesOf = (url: string) => hosts.requests.filter((request) => request.url === url).length;

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings, overrides });

  // OAuth Client ID Metadata Document §3, §4
  test("a URL is the id of the client whose metadata is there", async () => {
    const id = `https://app-${database}.example/client.json`;
    hosts.serve(`app-${database}.example`, () =>
      Response.json({ client_id: id, client_name: "Notes", redirect_uris: [callback] }),
    );
    const user = await signUpInBrowser(app);
    const tokens = await redeem(app, { id }, await codeOf(app, id, user.token));
    expect([tokens.status, tokens.json.scope]).toEqual([200, "openid"]);
    await codeOf(app, id, user.token);
    expect(fetchesOf(id)).toBe(1);
    const me = await app.call("GET", "/oauth/userinfo", { bearer: tokens.json.access_token });
    expect(me.json.sub).toBe(user.userId);
  });
});

describe("a client id metadata document", () => {
  const app = useTestApp({ settings, overrides });
  let user: BrowserUser;

  beforeEach(async () => {
    user ??= await signUpInBrowser(app);
  }, 30_000);

  const ask = (id: string) => askToAuthorize(app, authorizeQuery(id), user.token);
  const isAsked = async (id: string) => (await ask(id)).text.includes("Do not allow");

  const id = "https://wrong.example/client.json";
  const right = { client_id: id, client_name: "Notes", redirect_uris: [callback] };
  // OAuth Client ID Metadata Document §3, §4.1
  test.each([
    ["of another client", () => Response.json({ ...right, client_id: `${id}x` })],
    ["without redirect URIs", () => Response.json({ client_id: id })],
    ["with a secret", () => Response.json({ ...right, client_secret: "secret" })],
    [
      "with an authentication by secret",
      () => Response.json({ ...right, token_endpoint_auth_method: "client_secret_basic" }),
    ],
    ["that is missing", () => Response.json(right, { status: 404 })],
    ["that is elsewhere", () => Response.redirect("https://other.example/client.json")],
    ["that is no JSON", () => new Response("<html>")],
    ["that is a list", () => Response.json([right])],
    ["of more than 64 KiB", () => Response.json({ ...right, more: "x".repeat(70_000) })],
    [
      "with a redirect URI by http",
      () => Response.json({ ...right, redirect_uris: ["http://a.b/"] }),
    ],
  ])("%s makes no client", async (_name, respond) => {
    hosts.serve("wrong.example", respond);
    const answer = await ask(id);
    expect([answer.status, headingOf(answer)]).toEqual([400, "This sign-in does not work"]);
    expect(await app.rows(`select 1 from clients where client_id = '${id}'`)).toEqual([]);
  });

  // OAuth Client ID Metadata Document §3: nothing is fetched from such an address
  test.each([
    "http://app.example/client.json",
    "https://app.example",
    "https://app.example/",
    "https://app.example/../client.json",
    "https://good@app.example/client.json",
    "https://app.example/client.json#part",
    "https://app.example/client.json?a=b",
    "https://APP.example/client.json",
    "ftp://app.example/client.json",
  ])("%s is no client id", async (wrong) => {
    const before = hosts.requests.length;
    expect((await ask(wrong)).status).toBe(400);
    expect(hosts.requests).toHaveLength(before);
  });

  // The address must not lead into the operator's network.
  test.each(["https://127.0.0.1:1/c", "https://localhost:1/c", "https://169.254.169.254/c"])(
    "nothing is fetched from %s",
    async (inside) => {
      expect((await ask(inside)).status).toBe(400);
      expect(app.log.filter((line) => line.includes("private_address")).length).toBeGreaterThan(0);
    },
  );

  test("is fetched again after an hour, and counts for a day while it cannot be fetched", async () => {
    const known = "https://known.example/client.json";
    let document: object = { ...right, client_id: known };
    hosts.serve("known.example", () => Response.json(document));
    expect(await isAsked(known)).toBe(true);
    document = { ...document, client_name: "Memos" };
    try {
      setSystemTime(new Date(Date.now() + 3_500_000));
      expect((await ask(known)).text).toContain("Notes");
      setSystemTime(new Date(Date.now() + 200_000));
      expect((await ask(known)).text).toContain("Memos");
      expect(fetchesOf(known)).toBe(2);
      hosts.serve("known.example", () => new Response(null, { status: 503 }));
      setSystemTime(new Date(Date.now() + 80_000_000));
      user = await signUpInBrowser(app);
      expect(await isAsked(known)).toBe(true);
      setSystemTime(new Date(Date.now() + 7_000_000));
      expect((await ask(known)).status).toBe(400);
    } finally {
      setSystemTime();
    }
  }, 20_000);

  test("the metadata of the server says that they are supported", async () => {
    const { json } = await app.call("GET", "/.well-known/oauth-authorization-server");
    expect(json.client_id_metadata_document_supported).toBe(true);
  });
});

describe("by default", () => {
  const app = useTestApp({ overrides });

  test("no document is fetched", async () => {
    const before = hosts.requests.length;
    const answer = await askToAuthorize(app, authorizeQuery("https://app.example/c"), null);
    expect(answer.status).toBe(400);
    expect(hosts.requests).toHaveLength(before);
  });
});
