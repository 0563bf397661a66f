import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import type { Deviation } from "../support/authenticator.ts";
import { databaseKinds } from "../support/databases.ts";
import { meanwhile } from "../support/held-rows.ts";
import { logIn, signUp } from "../support/journey.ts";
import {
  addPasskey,
  askToRegister,
  askToSignIn,
  newPasskey,
  ownPasskeys,
  register,
  sendRegistration,
  signInWithPasskey,
} from "../support/passkeys.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";
import { eventsOf } from "../support/user-administration.ts";

const minute = 60_000;

afterEach(() => void setSystemTime());

const zeros = "00000000-0000-0000-0000-000000000000";
const text = (value: string) => Buffer.from(value).toString("base64url");

/** Each check of WebAuthn Level 3 §7.1 with a response that fails it alone. */
const deviations: readonly (readonly [check: string, how: string, Deviation])[] = [
  ["malformed", "client data without members", { clientDataJSON: text("{}") }],
  ["malformed", "client data that is no JSON", { clientDataJSON: text("no JSON") }],
  ["malformed", "an attestation object that is no CBOR", { attestationObject: text("no CBOR") }],
  ["malformed", "a raw id that is not the id", { rawId: "another" }],
  ["wrong_type", "a sign-in", { type: "webauthn.get" }],
  ["wrong_challenge", "a challenge of the client", { challenge: "AAAAAAAAAAAAAAAAAAAAAA" }],
  ["wrong_origin", "another scheme", { origin: "https://localhost:8000" }],
  ["wrong_origin", "a longer host", { origin: "http://localhost:8000.evil.example" }],
  ["cross_origin", "a frame in another site", { crossOrigin: true }],
  ["cross_origin", "a page in another site", { topOrigin: "https://evil.example" }],
  ["wrong_relying_party", "another relying party", { rpId: "evil.example" }],
  ["user_not_present", "no user", { flags: { up: false } }],
  ["user_not_verified", "no fingerprint or PIN", { flags: { uv: false } }],
  ["inconsistent_backup", "a backup of a key without backups", { flags: { be: false, bs: true } }],
  ["wrong_algorithm", "an algorithm that was not requested", { algorithm: -47 }],
  ["attestation_not_requested", "a U2F attestation", { format: "fido-u2f" }],
  [
    "attestation_not_requested",
    "an attestation that needs a trust store",
    { format: "android-safetynet" },
  ],
  [
    "attestation_not_requested",
    "a certificate",
    { format: "packed", statement: new Map([["x5c", [new Uint8Array(3)]]]) },
  ],
  ["credential_id_too_long", "1024 bytes", { credentialId: new Uint8Array(1024) }],
  ["credential_id_too_long", "no bytes", { credentialId: new Uint8Array(0) }],
  ["wrong_credential_id", "another id than the stated one", { credentialId: new Uint8Array(32) }],
  [
    "wrong_attestation",
    "a statement where there is none",
    { statement: new Map([["sig", new Uint8Array(3)]]) },
  ],
  [
    "wrong_attestation",
    "a wrong signature by the key itself",
    {
      format: "packed",
      statement: new Map<string, number | Uint8Array>([
        ["alg", -7],
        ["sig", new Uint8Array(64)],
      ]),
    },
  ],
];

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  test("a passkey is added, and is the user's", async () => {
    const user = await signUp(app, { name: "Ada" });
    const options = await askToRegister(app, user.accessToken);
    expect(options.json.data).toEqual({
      rp: { id: "localhost", name: "auth-service" },
      user: {
        id: Buffer.from(user.userId.replaceAll("-", ""), "hex").toString("base64url"),
        name: user.email,
        displayName: "Ada",
      },
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
      timeout: 300_000,
      excludeCredentials: [],
      authenticatorSelection: {
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      },
      attestation: "none",
      extensions: { credProps: true },
    });
    const passkey = newPasskey();
    const added = await sendRegistration(app, user.accessToken, {
      ...passkey.create(options.json.data),
      name: "Laptop",
    });
    expect(added.status).toBe(201);
    const { id } = added.json.data.passkey;
    expect(added.json.data).toEqual({
      passkey: {
        id,
        name: "Laptop",
        aaguid: zeros,
        transports: ["internal", "hybrid"],
        backup_eligible: true,
        backed_up: true,
        created_at: expect.stringMatching(/Z$/),
        last_used_at: null,
      },
    });
    const listed = await app.call("GET", ownPasskeys, { bearer: user.accessToken });
    expect(listed.json.data).toEqual({ items: [added.json.data.passkey], next_cursor: null });
    expect(await eventsOf(app, user.userId, "user.passkey_added")).toEqual([
      { user_id: user.userId, passkey_id: id },
    ]);
    expect(await auditOf(app, added)).toMatchObject([
      {
        action: "user.passkey_added",
        result: "success",
        user_id: user.userId,
        detail: { passkey_id: id },
      },
    ]);
    const again = await askToRegister(app, user.accessToken);
    expect(again.json.data.excludeCredentials).toEqual([
      { type: "public-key", id: passkey.id, transports: ["internal", "hybrid"] },
    ]);
  });
});

describe("on postgres", () => {
  const app = useTestApp();

  // security 90
  test.each(deviations)("%s: %s is refused", async (check, _how, deviation) => {
    const user = await signUp(app);
    const answer = await register(app, user.accessToken, newPasskey(), deviation);
    expect([answer.status, answer.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(answer.json.error.details.field).toBe("response");
    expect(await auditOf(app, answer)).toMatchObject([
      {
        action: "user.passkey_added",
        result: "failure",
        user_id: user.userId,
        detail: { reason: check },
      },
    ]);
    const listed = await app.call("GET", ownPasskeys, { bearer: user.accessToken });
    expect(listed.json.data.items).toEqual([]);
  });

  // security 90
  test("a challenge works once, for its user, its session, its ceremony and five minutes", async () => {
    const user = await signUp(app);
    const stranger = await signUp(app);
    const send = (json: unknown) => sendRegistration(app, user.accessToken, json);
    const { data: options } = (await askToRegister(app, user.accessToken)).json;
    const passkey = newPasskey();
    // Another user's request leaves it usable.
    const foreign = await sendRegistration(app, stranger.accessToken, passkey.create(options));
    expect(foreign.status).toBe(400);
    const { access_token: other } = (await logIn(app, user)).json.data;
    const inOther = await sendRegistration(app, other, passkey.create(options));
    expect(inOther.json.error.details.issue).toContain("The challenge is unknown");
    expect((await send(passkey.create(options))).status).toBe(201);
    expect((await send(newPasskey().create(options))).status).toBe(400);
    // A failed attempt uses it up.
    const { data: failing } = (await askToRegister(app, user.accessToken)).json;
    expect((await send(newPasskey().create(failing, { rpId: "evil.example" }))).status).toBe(400);
    expect((await send(newPasskey().create(failing))).status).toBe(400);
    expect((await send(newPasskey().create(await askToSignIn(app)))).status).toBe(400);
    const { data: old } = (await askToRegister(app, user.accessToken)).json;
    setSystemTime(Date.now() + 5 * minute + 1);
    expect((await send(newPasskey().create(old))).status).toBe(400);
  });

  // security 90
  test("20 parallel registrations with one challenge add one passkey", async () => {
    const user = await signUp(app);
    const { data: options } = (await askToRegister(app, user.accessToken)).json;
    const answers = await race(20, () =>
      sendRegistration(app, user.accessToken, newPasskey().create(options)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 19 }, () => 400),
    ]);
  });

  // security 90
  test("a credential of another user is refused", async () => {
    const owner = await signUp(app);
    const { passkey } = await addPasskey(app, owner.accessToken);
    const thief = await signUp(app);
    const answer = await register(app, thief.accessToken, passkey);
    expect([answer.status, answer.json.error.details.issue]).toEqual([
      400,
      "Is registered already.",
    ]);
    passkey.userHandle = Buffer.from(owner.userId.replaceAll("-", ""), "hex").toString("base64url");
    const signedIn = await signInWithPasskey(app, passkey);
    expect(signedIn.json.data.user_id).toBe(owner.userId);
  });

  // Attack: a stolen access token would become a passkey that outlasts it.
  test("only a sign-in of the last ten minutes adds a passkey", async () => {
    const user = await signUp(app);
    setSystemTime(Date.now() + 10 * minute + 1000);
    const answer = await askToRegister(app, user.accessToken);
    expect([answer.status, answer.json.error.code]).toEqual([403, "REAUTHENTICATION_REQUIRED"]);
    expect((await app.call("POST", "/api/v1/auth/passkeys/register/options")).status).toBe(401);
  });

  test("a session that ends while the passkey is stored adds none", async () => {
    const user = await signUp(app);
    const { data: options } = (await askToRegister(app, user.accessToken)).json;
    const answer = await meanwhile(
      app,
      `select id from users where id = '${user.userId}' for no key update;
       update sessions set ended_at = now() where user_id = '${user.userId}'`,
      () => sendRegistration(app, user.accessToken, newPasskey().create(options)),
    );
    expect([answer.status, answer.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  });

  test("keys are stored as bytes", async () => {
    const user = await signUp(app);
    const { passkey } = await addPasskey(app, user.accessToken, "EdDSA");
    const rows = await app.rows(
      `select encode(credential_id, 'hex') as id, length(public_key) as bytes from passkeys where user_id = '${user.userId}'`,
    );
    expect(rows).toEqual([{ id: Buffer.from(passkey.credentialId).toString("hex"), bytes: 42 }]);
  });
});
