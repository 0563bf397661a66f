import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";

import { createClientByCommand } from "../support/client-by-command.ts";
import { basic } from "../support/clients.ts";
import { eventually } from "../support/eventually.ts";
import type { ServerProcess } from "../support/executable.ts";
import { createHttpBrowser, type HttpBrowser } from "../support/http-browser.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import {
  type MailingExecutable,
  publicUrl,
  startMailingExecutable,
} from "../support/mailing-executable.ts";
import { race } from "../support/race.ts";
import { authorizeQuery, callback, redeem } from "../support/relying-party.ts";

setDefaultTimeout(60_000);

// The browser reaches one replica, and the application's server another, as a load balancer sends them.
describe("three replicas of the executable on one Postgres", () => {
  let running: MailingExecutable;
  let client: { id: string; authorization: string };
  let first: ServerProcess;
  let second: ServerProcess;
  let third: ServerProcess;
  let browserServer: ServerProcess;
  let browser: HttpBrowser;

  beforeAll(async () => {
    running = await startMailingExecutable("postgres", { REQUIRE_EMAIL_VERIFICATION: "false" });
    [first, second, third] = [running.server, await running.start(), await running.start()];
    const { id, secret } = await createClientByCommand(
      { cwd: running.home.cwd, settings: running.environment },
      ["--name=Notes", `--redirect-uri=${callback}`],
    );
    client = { id, authorization: basic(id, secret) };
    browserServer = first;
    browser = createHttpBrowser(() => browserServer.url);
    const email = freshEmail();
    await running.post("/register", { email, password: goodPassword });
    const signInPage = await browser.open(`${publicUrl}/oauth/authorize?${authorizeQuery(id)}`);
    expect(signInPage.url.pathname).toBe("/sign-in");
    const consentPage = await browser.submit(signInPage, { email, password: goodPassword });
    expect(consentPage.text).toContain("Sign in to Notes");
    const allowed = await browser.submit(consentPage, { decision: "allow" }, callback);
    expect(allowed.headers.get("location")).toStartWith(`${callback}?code=`);
  });

  afterAll(async () => {
    await running[Symbol.asyncDispose]();
  });

  /** A code that the user's browser gets at a replica. */
  async function codeAt(server: ServerProcess, query: string): Promise<string> {
    browserServer = server;
    const address = `${publicUrl}/oauth/authorize?${query}`;
    let page = await browser.open(address, { stopAt: callback });
    if (page.status === 200) page = await browser.submit(page, { decision: "allow" }, callback);
    const location = new URL(page.headers.get("location") ?? "");
    expect(location.searchParams.get("iss")).toBe(publicUrl);
    return location.searchParams.get("code") ?? "";
  }

  const scope = "openid email offline_access";
  const statusAt = async (server: ServerProcess, bearer: string) =>
    (await server.call("GET", "/oauth/userinfo", { bearer })).status;
  const refreshAt = (server: ServerProcess, token: string) =>
    server.call("POST", "/oauth/token", {
      form: { grant_type: "refresh_token", refresh_token: token },
      headers: { authorization: client.authorization },
    });

  test("a code of one is redeemed at the second, and its tokens are used and refreshed at the third", async () => {
    const code = await codeAt(first, authorizeQuery(client.id, { scope }));
    const redeemed = await redeem(second, client, code);
    expect(redeemed.status).toBe(200);
    const { access_token: bearer, refresh_token: token } = redeemed.json;
    expect(await statusAt(third, bearer)).toBe(200);
    const renewed = await refreshAt(third, token);
    expect(renewed.status).toBe(200);
    expect(await statusAt(first, renewed.json.access_token)).toBe(200);
    // What the third has rotated is used up at the others.
    const rotated = await refreshAt(second, renewed.json.refresh_token);
    expect(rotated.status).toBe(200);
  });

  test("a request that was pushed to one opens at another, and its code is redeemed at the third", async () => {
    const form = Object.fromEntries(new URLSearchParams(authorizeQuery(client.id, { scope })));
    const { authorization } = client;
    const pushed = await second.call("POST", "/oauth/par", { form, headers: { authorization } });
    expect(pushed.status).toBe(201);
    const { request_uri: requestUri } = pushed.json;
    const query = new URLSearchParams({ client_id: client.id, request_uri: requestUri }).toString();
    const code = await codeAt(third, query);
    expect((await redeem(first, client, code)).status).toBe(200);
    // It is used up everywhere.
    browserServer = second;
    const again = await browser.open(`${publicUrl}/oauth/authorize?${query}`);
    expect(again.status).toBe(400);
  });

  // RFC 6749 §4.1.2, §10.5
  test("of 20 redemptions at three replicas at once, one gets tokens, and afterwards they open nothing", async () => {
    for (const at of [first, second, third]) {
      const code = await codeAt(at, authorizeQuery(client.id, { scope }));
      const answers = await race(20, (index) =>
        redeem(running.servers[index % 3] ?? first, client, code),
      );
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners).toHaveLength(1);
      const refused = answers.filter(({ status }) => status === 400);
      expect(refused.map(({ json }) => json.error)).toEqual(
        Array.from({ length: 19 }, () => "invalid_grant"),
      );
      const { access_token: bearer, refresh_token: token } = winners[0]?.json ?? {};
      for (const server of running.servers) {
        expect((await redeem(server, client, code)).json.error).toBe("invalid_grant");
        expect(await statusAt(server, bearer)).toBe(401);
        expect((await refreshAt(server, token)).json.error).toBe("invalid_grant");
      }
    }
  });

  test("tokens that every replica has cached open nothing once their code was presented again at one", async () => {
    const code = await codeAt(first, authorizeQuery(client.id, { scope }));
    const { access_token: bearer } = (await redeem(second, client, code)).json;
    for (const server of running.servers) expect(await statusAt(server, bearer)).toBe(200);
    expect((await redeem(third, client, code)).json.error).toBe("invalid_grant");
    for (const server of running.servers) {
      await eventually(
        () => statusAt(server, bearer),
        (status) => status === 401,
      );
    }
  });
});
