import { beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";

import { createAdmin } from "../../src/features/user-administration/index.ts";
import { canonicalEmail } from "../../src/features/users/index.ts";
import { codeIn, codeOf } from "../support/error-code.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword, mailTo } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { useTestApp } from "../support/test-app.ts";

/** The stored form of an address, or the code of its error. */
function formOf(address: string): unknown {
  try {
    return canonicalEmail(address);
  } catch (error) {
    return codeIn(error);
  }
}

/** An address of this length, between 200 and 256, whose local part and labels are as long as they may be. */
function ofLength(length: number): string {
  const start = `${"a".repeat(64)}@${"d".repeat(61)}.${"d".repeat(61)}.`;
  return `${start}${"d".repeat(length - start.length - 3)}.de`;
}

describe("the form of an address", () => {
  // security 16
  test.each([
    ["capitals", "ADA@Example.COM", "ada@example.com"],
    ["blanks around it", " \u00a0ada@example.com\n", "ada@example.com"],
    ["a fullwidth domain", "ada@ｅｘａｍｐｌｅ.com", "ada@example.com"],
    ["an ideographic full stop", "ada@example。com", "ada@example.com"],
    ["the Kelvin sign in the domain", "ada@\u212aelvin.org", "ada@kelvin.org"],
    ["a domain in its own script", "ada@Bücher.example", "ada@xn--bcher-kva.example"],
    ["the same, decomposed", "ada@bu\u0308cher.example", "ada@xn--bcher-kva.example"],
    ["the same in ASCII", "ada@XN--bcher-KVA.example", "ada@xn--bcher-kva.example"],
    ["a sharp s, which is a letter of its own", "ada@faß.de", "ada@xn--fa-hia.de"],
    ["a tag, which may be another mailbox", "ada+news@example.com", "ada+news@example.com"],
    ["dots, which may be another mailbox", "a.d.a@example.com", "a.d.a@example.com"],
    ["254 characters", ofLength(254), ofLength(254)],
  ])("%s", (_name, written, stored) => {
    expect(formOf(written)).toBe(stored);
  });

  // Attack: a look-alike of another address creates a second account, or is taken for the first.
  // security 16
  test.each([
    ["a fullwidth @", "ada＠example.com"],
    ["fullwidth letters before the @", "ａda@example.com"],
    ["a zero-width space", "a\u200bda@example.com"],
    ["a zero-width joiner in the domain", "ada@exam\u200dple.com"],
    ["a soft hyphen", "ada@exam\u00adple.com"],
    ["the Kelvin sign before the @", "\u212aelvin@example.com"],
    ["a dotless i", "\u0131da@example.com"],
    ["a Cyrillic a", "\u0430da@example.com"],
    ["writing direction turned", "ada@example.com\u202e"],
    ["a NUL byte", "ada@example.com\u0000"],
    ["a lone surrogate", "ada\ud800@example.com"],
    ["a dot at its end", "ada@example.com."],
    ["a dot before the @", "ada.@example.com"],
    ["two dots", "ada..b@example.com"],
    ["an empty label", "ada@example..com"],
    ["a quoted local part", '"ada"@example.com'],
    ["a quoted local part with an @", '"ada@evil.example"@example.com'],
    ["a comment", "ada(comment)@example.com"],
    ["two @", "ada@evil.example@example.com"],
    ["no domain", "ada@"],
    ["nothing before the @", "@example.com"],
    ["one label", "ada@localhost"],
    ["an IPv4 address", "ada@127.0.0.1"],
    ["an IPv4 address in hexadecimal", "ada@0x7f.1"],
    ["an address literal", "ada@[127.0.0.1]"],
    ["a percent sign in the domain", "ada@%65xample.com"],
    ["a path after the domain", "ada@example.com/x"],
    ["a query after the domain", "ada@example.com?x"],
    ["a fragment after the domain", "ada@example.com#x"],
    ["a backslash after the domain", "ada@example.com\\x"],
    ["a port", "ada@example.com:25"],
    ["a list", "ada@example.com,eve@evil.example"],
    ["an underscore in the domain", "ada@exam_ple.com"],
    ["a hyphen before a label", "ada@-example.com"],
    ["65 characters before the @", `${"a".repeat(65)}@example.com`],
    ["255 characters", ofLength(255)],
    ["nothing", ""],
  ])("%s is refused", (_name, written) => {
    expect(formOf(written)).toBe("INVALID_EMAIL");
  });

  // security 16, 105
  test("is a fixed point for every input, and found without backtracking", () => {
    const noise = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(fc.oneof(noise, fc.emailAddress()), noise, (left, right) => {
        for (const received of [left, `${left}@${right}.com`, `${left}${right}`]) {
          const form = formOf(received);
          if (form === "INVALID_EMAIL") continue;
          expect(form).toMatch(/^[\x21-\x7e]{3,254}$/);
          expect(formOf(String(form).toUpperCase())).toBe(form);
        }
      }),
    );
    for (const evil of ["a.", "a@", "-.", "ü.", "%"]) {
      // A pattern that backtracks takes minutes, and this test its time limit.
      expect(formOf(`${evil.repeat(50_000)}@x.com`)).toBe("INVALID_EMAIL");
    }
  }, 30_000);
});

describe("every endpoint uses the canonical form", () => {
  const app = useTestApp();
  const stored = "k.ada@xn--bcher-kva.example";
  const spellings = [
    "K.Ada@bücher.example",
    "k.ada@BÜCHER.example",
    " k.ada@xn--bcher-kva.example",
    "k.ada@ｂücher。example",
  ];
  const strangers = [
    "\u212a.ada@bücher.example",
    "k.ada＠bücher.example",
    "k.\u200bada@bücher.example",
  ];

  beforeAll(async () => {
    await app.post("/api/v1/auth/register", { email: spellings[0], password: goodPassword });
    // Otherwise the next mail supersedes it.
    await mailTo(app, stored);
  });

  async function post(path: string, json: unknown): Promise<[number, unknown]> {
    const answer = await app.post(`/api/v1/auth/${path}`, json);
    return [answer.status, answer.json.error?.code ?? answer.json.data.user_id ?? null];
  }

  function grant(username: string) {
    const form = { grant_type: "password", username, password: goodPassword };
    return app.call("POST", "/oauth/token", { form });
  }

  // security 16
  test("resending, verifying, signing in, the token endpoint, registering, create-admin", async () => {
    for (const [index, email] of spellings.entries()) {
      expect(await post("resend-verification", { email })).toEqual([202, null]);
      await mailTo(app, stored, index + 2);
    }
    const { code } = await mailTo(app, stored, spellings.length + 1);
    const [user] = await app.rows("select id, email from users");
    expect(user?.["email"]).toBe(stored);
    expect(await post("verify", { email: spellings[1], code })).toEqual([200, user?.["id"]]);

    for (const email of spellings) {
      const body = { email, password: goodPassword };
      expect(await post("login", body)).toEqual([200, user?.["id"]]);
      expect((await grant(email)).status).toBe(200);
      expect(await post("register", body)).toEqual([400, "DUPLICATE_EMAIL"]);
      const admin = createAdmin(operatorOf(app), { ...body, username: null });
      expect(await codeOf(admin)).toBe("DUPLICATE_EMAIL");
    }
    for (const email of strangers) {
      const body = { email, password: goodPassword };
      expect(await post("login", body)).toEqual([400, "INVALID_EMAIL"]);
      expect(await post("register", body)).toEqual([400, "INVALID_EMAIL"]);
      expect(await post("resend-verification", { email })).toEqual([400, "INVALID_EMAIL"]);
      expect(await post("verify", { email, code })).toEqual([400, "INVALID_EMAIL"]);
      const refused = await grant(email);
      expect([refused.status, refused.json.error]).toEqual([400, "invalid_grant"]);
      const admin = createAdmin(operatorOf(app), { ...body, username: null });
      expect(await codeOf(admin)).toBe("INVALID_EMAIL");
    }
    expect(await app.rows("select email from users")).toEqual([{ email: stored }]);
    const due = "select id from outbox where delivered_at is null";
    await eventually(
      () => app.rows(due),
      (rows) => rows.length === 0,
    );
    const recipients = new Set(app.mailer.sent.map(({ message }) => message.to.address));
    expect([...recipients]).toEqual([stored]);
  });
});
