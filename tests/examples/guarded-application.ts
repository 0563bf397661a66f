import { beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { type EchoApplication, startEchoApplication } from "../support/echo-application.ts";
import { type Call, callServer } from "../support/http-call.ts";
import { goodPassword, signUp } from "../support/journey.ts";
import { type ProxyProcess, type ProxyProgram, startProxy } from "../support/proxy-process.ts";
import { rawGet } from "../support/raw-http.ts";
import { useTestApp } from "../support/test-app.ts";

/** The ports of what an example's proxy stands before. */
export interface Upstreams {
  readonly gatehouse: number;
  readonly application: number;
}

/** How an example differs from the others. */
export interface ExampleTraits {
  /** Whether the proxy responds with 400 to a path that contains an encoded slash; otherwise it treats it as a slash. */
  readonly refusesEncodedSlashes: boolean;
  /** Whether paths under `/public/` need no sign-in. */
  readonly hasPublicPaths: boolean;
}

/** What every example must do for the application behind it, asked of its real proxy. */
export function guardsTheApplication(
  programFor: (upstreams: Upstreams) => ProxyProgram,
  { refusesEncodedSlashes, hasPublicPaths }: ExampleTraits = {
    refusesEncodedSlashes: false,
    hasPublicPaths: true,
  },
): void {
  setDefaultTimeout(30_000);
  const gatehouse = useTestApp({ settings: { TRUSTED_PROXIES: "127.0.0.1/32" } });
  let application: EchoApplication;
  let proxy: ProxyProcess;

  beforeAll(async () => {
    application = startEchoApplication();
    gatehouse.defer(() => application[Symbol.asyncDispose]());
    proxy = await startProxy(
      programFor({ gatehouse: Number(new URL(gatehouse.url).port), application: application.port }),
    );
    gatehouse.defer(() => proxy[Symbol.asyncDispose]());
  });

  function through(method: string, path: string, call?: Call) {
    return callServer(proxy.url, method, path, call);
  }

  /** What the application received because of what is done meanwhile. */
  async function receivedBy(act: () => Promise<unknown>) {
    const before = application.received.length;
    await act();
    return application.received.slice(before);
  }

  function identityIn(headers: Readonly<Record<string, string>>) {
    return Object.entries(headers).filter(([name, value]) => /^x[-_]auth/i.test(name) && value);
  }

  test("without a valid token: 401 with a challenge, and the application gets no request", async () => {
    const calls: Call[] = [{}, { bearer: "x" }, { headers: { cookie: "session=1" } }];
    const received = await receivedBy(async () => {
      for (const call of calls) {
        for (const method of ["GET", "POST", "DELETE"]) {
          const answer = await through(method, "/orders?limit=3", call);
          expect(answer.status).toBe(401);
          expect(answer.headers.get("www-authenticate")).toStartWith("Bearer");
        }
      }
      expect((await through("HEAD", "/orders")).status).toBe(401);
    });
    expect(received).toEqual([]);
  });

  test("a request with a valid token reaches the application unchanged, with the identity headers", async () => {
    const user = await signUp(gatehouse, { username: `u${Date.now().toString(36)}` });
    const { username } = (
      await gatehouse.call("GET", "/api/v1/users/me", { bearer: user.accessToken })
    ).json.data;
    const path = refusesEncodedSlashes ? "/orders/a%20b?x=1&y" : "/orders/a%2fb?x=1&y";
    const chunks = ["first ", "second"];
    const bodies: [BodyInit, string][] = [
      ["plain", "plain"],
      ["x".repeat(100_000), "x".repeat(100_000)],
      [new Blob(chunks).stream(), chunks.join("")],
    ];
    for (const [body, text] of bodies) {
      const [received] = await receivedBy(async () => {
        const call = { bearer: user.accessToken, body, headers: { "content-type": "text/plain" } };
        const answer = await through("PUT", path, call);
        expect([answer.status, answer.text]).toEqual([200, "the application's answer"]);
      });
      expect(received).toMatchObject({ method: "PUT", path, body: text });
      expect(received?.headers).toMatchObject({
        "x-auth-user-id": user.userId,
        "x-auth-email": user.email,
        "x-auth-username": username,
        "x-auth-roles": "user",
      });
    }
  });

  // What a proxy would take for a variable, and a user who has no username.
  test("a path and query are passed unchanged", async () => {
    const email = `$host{http.request.host}${Bun.randomUUIDv7().slice(-12)}@example.com`;
    await gatehouse.post("/api/v1/auth/register", { email, password: goodPassword });
    await gatehouse.rows(`update users set email_verified_at = now() where email = '${email}'`);
    const signedIn = await through("POST", "/api/v1/auth/login", {
      json: { email, password: goodPassword },
    });
    const bearer = signedIn.json.data.access_token;
    const [received] = await receivedBy(() => through("GET", "/", { bearer }));
    expect(Object.fromEntries(identityIn(received?.headers ?? {}))).toEqual({
      "x-auth-user-id": signedIn.json.data.user_id,
      "x-auth-email": email,
      "x-auth-roles": "user",
    });
  });

  // Attack: impersonation with identity headers in the client's own request.
  test("the client's own X-Auth headers are removed in every spelling", async () => {
    const { accessToken, email } = await signUp(gatehouse);
    const spellings = ["X-Auth-User-Id", "x-auth-email", "X-AUTH-USERNAME", "X-Auth-Roles"].flatMap(
      (name) => [
        name,
        name.replaceAll("-", "_"),
        name.replace("-", "_"),
        name.replace(/-(?=\w+$)/, "_"),
      ],
    );
    const forged = [...spellings, ...spellings].map((name) => `${name}: forged`);
    const ways = [
      forged,
      // A header that is named here is dropped on the way, and with it what stood in its place.
      [...forged, "Connection: X-Auth-User-Id, X-Auth-Username, X-Auth-Roles"],
    ];
    for (const lines of ways) {
      for (const path of ["/", "/orders", "/public/", "/api/../orders"]) {
        const received = await receivedBy(() =>
          rawGet(proxy.url, path, [`Authorization: Bearer ${accessToken}`, ...lines]),
        );
        expect([path, received.length]).toEqual([path, 1]);
        const told = identityIn(received[0]?.headers ?? {});
        expect(JSON.stringify(told)).not.toContain("forged");
        if (path === "/public/" && hasPublicPaths) expect(told).toEqual([]);
        else expect(told).toContainEqual(["x-auth-email", email]);
      }
    }
  });

  // Attack: to hide where one comes from.
  test("the client's own X-Forwarded headers are replaced for the application and for Gatehouse", async () => {
    const user = await signUp(gatehouse);
    const headers = {
      "x-forwarded-for": "192.0.2.1",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "gopher",
    };
    const { email, password } = user;
    const signedIn = await through("POST", "/api/v1/auth/login", {
      json: { email, password },
      headers,
    });
    const bearer = signedIn.json.data.access_token;
    const [received] = await receivedBy(() => through("GET", "/", { bearer, headers }));
    expect(received?.headers).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
    });
    expect(received?.headers["x-forwarded-host"]).toStartWith("127.0.0.1");
    const sessions = await gatehouse.rows(
      `select distinct ip_address from sessions where user_id = '${user.userId}'`,
    );
    expect(sessions).toEqual([{ ip_address: "127.0.0.1" }]);
  });

  // security 35
  test("a signed-out user is refused", async () => {
    const { accessToken: bearer } = await signUp(gatehouse);
    expect((await through("GET", "/", { bearer })).status).toBe(200);
    expect((await through("POST", "/api/v1/auth/logout", { bearer })).status).toBe(200);
    const received = await receivedBy(async () => {
      expect((await through("GET", "/", { bearer })).status).toBe(401);
      expect((await through("GET", "/admin/", { bearer })).status).toBe(401);
    });
    expect(received).toEqual([]);
  });

  // part of security 98
  test("a path that needs a role is refused to others in every spelling", async () => {
    const user = await signUp(gatehouse);
    const admin = await signInAdmin(gatehouse);
    const paths = [
      "/admin",
      "/admin/",
      "/admin/users?x=1",
      "//admin/users",
      "/%61dmin/users",
      "/x/../admin/users",
      "/public/../admin/users",
      "/public/%2e%2e/admin/users",
      "/public/..%2fadmin/users",
      "/./admin/users",
      "/admin;x/users",
      "/admin%2fusers",
    ];
    const bearer = (token: string) => [`Authorization: Bearer ${token}`];
    for (const path of paths) {
      if (refusesEncodedSlashes && path.includes("%2f")) {
        const received = await receivedBy(async () => {
          const refused = await rawGet(proxy.url, path, bearer(admin.accessToken));
          expect([path, refused.status]).toEqual([path, 400]);
        });
        expect([path, received]).toEqual([path, []]);
        continue;
      }
      const received = await receivedBy(async () => {
        expect([path, (await rawGet(proxy.url, path, [])).status]).toEqual([path, 401]);
        const refused = await rawGet(proxy.url, path, bearer(user.accessToken));
        expect([path, refused.status]).toEqual([path, 403]);
      });
      expect([path, received]).toEqual([path, []]);
      const [received1] = await receivedBy(async () => {
        const answer = await rawGet(proxy.url, path, bearer(admin.accessToken));
        expect([path, answer.status]).toEqual([path, 200]);
      });
      expect(received1?.headers["x-auth-roles"]).toBe("user,admin");
    }
  });

  // Bad day: Gatehouse is down.
  test("guarded paths are refused while Gatehouse is down", async () => {
    const { accessToken: bearer } = await signUp(gatehouse);
    const away = await startProxy(programFor({ gatehouse: 1, application: application.port }));
    try {
      const received = await receivedBy(async () => {
        for (const path of ["/", "/admin/"]) {
          const { status } = await callServer(away.url, "GET", path, { bearer });
          expect(status).toBeGreaterThanOrEqual(500);
        }
      });
      expect(received).toEqual([]);
    } finally {
      await away[Symbol.asyncDispose]();
    }
  });
}
