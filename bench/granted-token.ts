import { createClientByCommand } from "../tests/support/client-by-command.ts";
import { basic } from "../tests/support/clients.ts";
import type { Home } from "../tests/support/executable-home.ts";
import { callServer } from "../tests/support/http-call.ts";
import { createHttpBrowser } from "../tests/support/http-browser.ts";
import { authorizeQuery, callback, redeem } from "../tests/support/relying-party.ts";
import { benchSettings } from "./server.ts";

/** An access token that a user allows a new client in a browser, with the claims that most clients ask for. */
export async function grantToClient(
  { home, server }: { readonly home: Home; readonly server: { readonly url: string } },
  { email, password }: { readonly email: string; readonly password: string },
): Promise<string> {
  const settings = { ...home.settings, ...benchSettings };
  const flags = ["--name=Notes", `--redirect-uri=${callback}`];
  const { id, secret } = await createClientByCommand({ cwd: home.cwd, settings }, flags);
  const browser = createHttpBrowser(() => server.url);
  const query = authorizeQuery(id, { scope: "openid profile email" });
  const signIn = await browser.open(`${benchSettings.PUBLIC_URL}/oauth/authorize?${query}`);
  const consent = await browser.submit(signIn, { email, password });
  const allowed = await browser.submit(consent, { decision: "allow" }, callback);
  const code = new URL(allowed.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const caller = { call: callServer.bind(null, server.url) };
  const redeemed = await redeem(caller, { authorization: basic(id, secret) }, code);
  const token = /"access_token":"([^"]+)"/.exec(redeemed.text)?.[1];
  if (token === undefined) throw new Error(`no token: ${redeemed.status} ${redeemed.text}`);
  return token;
}
