import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createRemoteJWKSet, jwtVerify } from "jose";

import { type CreatedClient, createClientByCommand } from "../support/client-by-command.ts";
import {
  applicationAddress,
  type ClientProgram,
  findAuthlib,
  findGoApplication,
  findNodeLibrary,
  type IssuedToken,
  jsonwebtokenProgram,
  pythonProgram,
  startApplication,
  verifyBy,
} from "../support/client-programs.ts";
import { basic } from "../support/clients.ts";
import { decodeToken } from "../support/forge-token.ts";
import { createHttpBrowser, type HttpBrowser } from "../support/http-browser.ts";
import { describeWhere } from "../support/installed-program.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { type MailingExecutable, startMailingExecutable } from "../support/mailing-executable.ts";
import { authorizeQuery, callback, redeem } from "../support/relying-party.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(60_000);

const authlib = await findAuthlib();
const goApplication = await findGoApplication();
const jsonwebtoken = await findNodeLibrary("jsonwebtoken", "9.0.3");

// What docs/keys.md says of these libraries is what is expected here.
const algorithms = ["RS256", "ES256", "EdDSA"] as const;

let running: MailingExecutable;
let browser: HttpBrowser;
let issuer = "";
const email = freshEmail();

beforeAll(async () => {
  const port = await findSparePort();
  issuer = `http://localhost:${port}`;
  running = await startMailingExecutable("postgres", {
    PORT: String(port),
    PUBLIC_URL: issuer,
    REQUIRE_EMAIL_VERIFICATION: "false",
  });
  browser = createHttpBrowser();
  await running.post("/register", { email, password: goodPassword });
  await browser.submit(await browser.open(`${issuer}/sign-in`), { email, password: goodPassword });
});

afterAll(async () => {
  await running[Symbol.asyncDispose]();
});

function createClient(redirectUri: string, algorithm: string): Promise<CreatedClient> {
  const flags = ["--name=Notes", `--redirect-uri=${redirectUri}`, `--id-token-alg=${algorithm}`];
  return createClientByCommand({ cwd: running.home.cwd, settings: running.environment }, flags);
}

/** The page at which a user ends who signs in to an application. */
async function signInTo(program: ClientProgram, algorithm: string) {
  const { port, redirectUri } = await applicationAddress();
  const client = await createClient(redirectUri, algorithm);
  await using application = await startApplication(program, { port, issuer, client });
  const consent = await browser.open(`${application.url}/sign-in`);
  expect(consent.text).toContain("Sign in to Notes");
  return { client, page: await browser.submit(consent, { decision: "allow" }) };
}

/** Discovery, the code with PKCE, the ID token, UserInfo and a refresh, each by the library. */
async function signsIn(program: ClientProgram, algorithm: string): Promise<void> {
  const { page } = await signInTo(program, algorithm);
  expect([page.status, page.text]).toEqual([200, expect.any(String)]);
  const { id_token: idToken, sub, ...found } = page.json;
  expect(found).toEqual({ email, is_renewed: true });
  const { header, claims } = decodeToken(String(idToken));
  expect([header["alg"], claims["sub"]]).toEqual([algorithm, sub]);
}

describeWhere("Authlib", authlib, (libraries) => {
  test.each([...algorithms])("signs a user in with an ID token of %s", (algorithm) =>
    signsIn(pythonProgram(libraries, "application.py"), algorithm),
  );
});

describeWhere("go-oidc", goApplication, (path) => {
  const program = { command: [path], environment: {} };
  test.each([...algorithms])("signs a user in with an ID token of %s", (algorithm) =>
    signsIn(program, algorithm),
  );
});

/** An ID token that a user allowed a new client. */
async function issueIdToken(algorithm: string): Promise<IssuedToken & { readonly sub: unknown }> {
  const { id, secret } = await createClient(callback, algorithm);
  const consent = await browser.open(`${issuer}/oauth/authorize?${authorizeQuery(id)}`);
  const allowed = await browser.submit(consent, { decision: "allow" }, callback);
  const code = new URL(allowed.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const client = { authorization: basic(id, secret) };
  const { json } = await redeem(running.server, client, code);
  const token = String(json.id_token);
  const { sub } = decodeToken(token).claims;
  return {
    token,
    sub,
    algorithm,
    issuer,
    audience: id,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
  };
}

describe("jose", () => {
  test.each([...algorithms])("verifies an ID token of %s", async (algorithm) => {
    const { token, sub, audience, jwks_uri: keys } = await issueIdToken(algorithm);
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(keys)), {
      algorithms: [algorithm],
      issuer,
      audience,
    });
    expect(payload.sub).toBe(String(sub));
  });
});

describeWhere("PyJWT", authlib, (libraries) => {
  test.each([...algorithms])("verifies an ID token of %s", async (algorithm) => {
    const issued = await issueIdToken(algorithm);
    const verified = await verifyBy(pythonProgram(libraries, "verify_with_pyjwt.py"), issued);
    expect(verified).toEqual({ exitCode: 0, stdout: `${String(issued.sub)}\n`, stderr: "" });
  });
});

describeWhere("jsonwebtoken", jsonwebtoken, (libraries) => {
  test.each(["RS256", "ES256"])("verifies an ID token of %s", async (algorithm) => {
    const issued = await issueIdToken(algorithm);
    const verified = await verifyBy(jsonwebtokenProgram(libraries), issued);
    expect(verified).toEqual({ exitCode: 0, stdout: `${String(issued.sub)}\n`, stderr: "" });
  });

  test("does not know EdDSA", async () => {
    const issued = await issueIdToken("EdDSA");
    const refused = await verifyBy(jsonwebtokenProgram(libraries), issued);
    expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain("Unknown key type");
  });
});
