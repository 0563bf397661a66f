import { describe, expect, test } from "bun:test";
import damerauLevenshtein from "damerau-levenshtein";
import fc from "fast-check";
import { settingsByName } from "../../src/platform/config/settings.ts";
import { findUnknownNames } from "../../src/platform/config/unknown-names.ts";
import { ordinaryEnvironment } from "./ordinary-environment.ts";
import { problemsOf, refusedNames } from "./load.ts";

function reported(names: string[]): string[] {
  return findUnknownNames(Object.fromEntries(names.map((name) => [name, "x"]))).map(
    ({ name }) => name,
  );
}

// security 125
describe("a name that is almost a setting stops the start", () => {
  test.each([
    ["JWT_SECRT_KEY", "JWT_SECRET_KEY"],
    ["JWT_SECERT_KEY", "JWT_SECRET_KEY"],
    ["JWTSECRETKEY", "JWT_SECRET_KEY"],
    ["jwt_secret_key", "JWT_SECRET_KEY"],
    ["JWT_SECRET_KEY_FIEL", "JWT_SECRET_KEY_FILE"],
    ["JWT_SECRET_KEY_PREVIUOS", "JWT_SECRET_KEY_PREVIOUS"],
    ["ENVIROMENT", "ENVIRONMENT"],
    ["DATABSE_URL", "DATABASE_URL"],
    ["DATABASE_URI", "DATABASE_URL"],
    ["PUBLIC_URLS", "PUBLIC_URL"],
    ["BCRYPT_COSTS", "BCRYPT_COST"],
    ["TRUSTED_PROXY", null],
    ["TRUSTED_PROXIE", "TRUSTED_PROXIES"],
    ["ALOWED_ORIGIN", "ALLOWED_ORIGINS"],
    ["PROT", "PORT"],
    ["PORTS", "PORT"],
    ["HSOT", "HOST"],
    ["PROT_FILE", "PORT_FILE"],
    ["RATE_LIMIT_ENABLED", "RATE_LIMITS_ENABLED"],
    ["GOOGLE_CLIENT_SECERT", "GOOGLE_CLIENT_SECRET"],
    ["GOOGLE_CLIENT_SECRT_FILE", "GOOGLE_CLIENT_SECRET_FILE"],
    ["APPLE_TEAMID", "APPLE_TEAM_ID"],
    ["REDIRECT_URI", "REDIRECT_URIS"],
    ["OIDC_KEYCLOAK_ISSUR", "OIDC_KEYCLOAK_ISSUER"],
    ["OIDC_KEYCLOAK_ISSUR_FILE", "OIDC_KEYCLOAK_ISSUER_FILE"],
    ["OIDC_KEYCLOAK_CLIENTID", "OIDC_KEYCLOAK_CLIENT_ID"],
    ["OIDC_MY_IDP_CLIENT_SECERT", "OIDC_MY_IDP_CLIENT_SECRET"],
    ["OIDC_MY_IDP_SCOPE", "OIDC_MY_IDP_SCOPES"],
    ["OIDC_MY_IDP_ALLOW_PRIVAT", "OIDC_MY_IDP_ALLOW_PRIVATE"],
    ["ODIC_KEYCLOAK_ISSUER", "OIDC_KEYCLOAK_ISSUER"],
    ["oidc_keycloak_issuer", "OIDC_KEYCLOAK_ISSUER"],
    ["OIDC_KEY-CLOAK_ISSUER", "OIDC_KEY_CLOAK_ISSUER"],
    ["OIDC__ISSUER", "OIDC_<NAME>_ISSUER"],
    ["OIDC_ISSUER", "OIDC_<NAME>_ISSUER"],
    ["OIDC_CLIENT_SECRET", "OIDC_<NAME>_CLIENT_SECRET"],
  ])("%s, meaning %s", (name, meant) => {
    const expected =
      meant === null ? [] : [{ name, issue: `is not a setting; did you mean ${meant}?` }];
    expect(findUnknownNames({ [name]: "x" })).toEqual(expected);
  });

  test("as a problem among the others", () => {
    expect(problemsOf({ JWT_SECRT_KEY: "x", PORT: "x" })).toEqual([
      { name: "JWT_SECRT_KEY", issue: "is not a setting; did you mean JWT_SECRET_KEY?" },
      { name: "PORT", issue: "must be a whole number from 0 to 65535" },
    ]);
  });

  // security 126
  test.each(["DATABASE_URL", "DATABASE_DIRECT_URL"])(
    "as one among wrong parameters of %s",
    (database) => {
      const wrong = ["sslmode=bogus", "channel_binding=maybe", "connect_timeout=abc", "schema=a"];
      for (const parameter of [...wrong, "target_session_attrs=bogus", "sslmode="]) {
        const url = `postgres://db.example/gatehouse?${parameter}`;
        const names = refusedNames({
          DATABASE_URL: "postgres://db.example/gatehouse",
          [database]: url,
          JWT_SECRT_KEY: "x",
          PORT: "x",
        });
        expect([parameter, names]).toEqual([parameter, ["JWT_SECRT_KEY", "PORT", database]]);
      }
    },
  );

  test("at any two edits of a long name", () => {
    const names = [...settingsByName.keys()].filter((name) => name.length > 4);
    const edit = fc.record({
      at: fc.nat(),
      kind: fc.constantFrom("drop", "add", "change", "swap"),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(edit, { minLength: 1, maxLength: 2 }),
        (name, edits) => {
          const misspelt = edits.reduce(
            (text, { at, kind }) => applyEdit(text, at % text.length, kind),
            name,
          );
          fc.pre(!settingsByName.has(misspelt));
          // Two swaps at one place are one edit more for an alignment that touches each character once.
          fc.pre(damerauLevenshtein(misspelt, name).steps <= 2);
          expect(reported([misspelt])).toEqual([misspelt]);
        },
      ),
    );
  });
});

describe("other names are not reported", () => {
  test("those of this machine", () => {
    expect(reported(Object.keys(process.env).filter((name) => !settingsByName.has(name)))).toEqual(
      [],
    );
  });

  test.each(Object.entries(ordinaryEnvironment))("those of %s", (_, names) => {
    expect(names.length).toBeGreaterThan(5);
    expect(reported([...names])).toEqual([]);
  });

  test("settings, their files, and other identity providers", () => {
    expect(
      reported([
        "PORT",
        "PORT_FILE",
        "METRICS_TOKEN",
        "METRICS_TOKEN_FILE",
        "OIDC_ACME_ISSUER",
        "OIDC_ACME_CLIENT_ID",
        "OIDC_ACME_CLIENT_SECRET_FILE",
        "OIDC_A_1_SCOPES",
      ]),
    ).toEqual([]);
  });

  test("unset and empty variables", () => {
    expect(findUnknownNames({ JWT_SECRT_KEY: "", PROT: undefined })).toEqual([]);
  });

  test("those of a Kubernetes namespace with 700 services", () => {
    const names = Array.from({ length: 700 }, (_, index) =>
      [
        "SERVICE_HOST",
        "SERVICE_PORT",
        "PORT",
        "PORT_80_TCP",
        "PORT_80_TCP_ADDR",
        "PORT_80_TCP_PROTO",
      ].map((suffix) => `TENANT_${index}_${suffix}`),
    ).flat();
    expect(reported(names)).toEqual([]);
  });
});

// The library's count, which the limits on misspelt names rely on: a swap of two neighbours is one edit.
test.each([
  ["", "", 0],
  ["", "abc", 3],
  ["abc", "abc", 0],
  ["abc", "acb", 1],
  ["abcd", "badc", 2],
  ["kitten", "sitting", 3],
  ["ca", "abc", 3],
  ["PORT", "PGPORT", 2],
])("%p and %p are %d edits apart", (left, right, edits) => {
  expect(damerauLevenshtein(left, right).steps).toBe(edits);
  expect(damerauLevenshtein(right, left).steps).toBe(edits);
});

function applyEdit(text: string, at: number, kind: string): string {
  const before = text.slice(0, at);
  const after = text.slice(at + 1);
  if (kind === "drop") return before + after;
  if (kind === "add") return `${before}Q${text.slice(at)}`;
  if (kind === "change") return `${before}Q${after}`;
  return before + after.slice(0, 1) + text.charAt(at) + after.slice(1);
}
