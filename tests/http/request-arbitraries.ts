import fc from "fast-check";

import type { Call } from "../support/http-call.ts";
import type { Operation } from "../support/operations.ts";

/** A request that a test sends, and the operation that it was made for. */
export interface FuzzedRequest {
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  readonly call: Call;
}

/** Strings that have broken parsers before. */
const hostileTexts = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udfff\ud800",
  "\ufeff",
  "\u202e",
  "\r\nX-Injected: 1",
  "' or 1=1 --",
  "$1",
  "%00",
  "../../etc/passwd",
  "__proto__",
  "<script>alert(1)</script>",
  "${jndi:ldap://x}",
  "x".repeat(300),
  "x".repeat(9000),
  "é".repeat(5000),
  "𝒳".repeat(100),
  "a@b",
  "a@b.c.",
  "@example.com",
  "a@example.com, b@example.com",
  "ａ@example.com",
  "a\u200b@example.com",
  `${"l".repeat(64)}@${"d".repeat(250)}.com`,
  "000000",
  "eyJhbGciOiJub25lIn0.e30.",
  "1e308",
];

const anyText = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.emailAddress(),
);

/** Valid values of a running app: by field, or by path and field. */
type KnownTexts = ReadonlyMap<string, string>;

function knownText({ path }: Operation, name: string, known: KnownTexts): string | undefined {
  return known.get(`${path} ${name}`) ?? known.get(name);
}

/** Values for a field: what its schema accepts, valid values of the app, any string, any JSON. */
function fieldValue(operation: Operation, name: string, known: KnownTexts) {
  const example = operation.fields[name]?.["example"];
  const fitting = [
    knownText(operation, name, known),
    typeof example === "string" ? example : undefined,
  ];
  const texts = fitting.filter((text) => text !== undefined);
  return fc.oneof(
    { weight: 4, arbitrary: texts.length > 0 ? fc.constantFrom(...texts) : anyText },
    { weight: 4, arbitrary: anyText },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );
}

/** Bodies that are valid but for one field, of any fields, with an unknown field, and of any JSON. */
function bodyOf(operation: Operation, known: KnownTexts): fc.Arbitrary<unknown> {
  const names = Object.keys(operation.fields);
  if (names.length === 0) return fc.jsonValue();
  const good = Object.fromEntries(
    names.flatMap((name) => {
      const text = knownText(operation, name, known);
      return text === undefined ? [] : [[name, text]];
    }),
  );
  const nearlyGood = fc
    .constantFrom(...names)
    .chain((name) =>
      fieldValue(operation, name, known).map((value) => ({ ...good, [name]: value })),
    );
  const any = fc.record(
    Object.fromEntries(names.map((name) => [name, fieldValue(operation, name, known)])),
    { requiredKeys: [] },
  );
  const extended = fc
    .tuple(fc.constantFrom("role", "__proto__", "constructor", "id", ""), fc.jsonValue())
    .map(([name, value]) => Object.fromEntries([...Object.entries(good), [name, value]]));
  return fc.oneof(
    { weight: 5, arbitrary: nearlyGood },
    { weight: 3, arbitrary: any },
    { weight: 1, arbitrary: extended },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

const oddMediaTypes = [
  "",
  "text/plain",
  "application/json; charset=utf-16",
  "multipart/form-data",
  "a/b",
  "\u00e9",
];

function callOf(operation: Operation, known: KnownTexts): fc.Arbitrary<Call> {
  const headers = fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: headersOf(known.get("token") ?? "") },
  );
  if (operation.method === "GET") return headers.map((given) => ({ headers: given }));
  const bodies = fc.oneof(
    { weight: 8, arbitrary: bodyOf(operation, known).map((body) => encode(operation, body)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", "{", "[]", "{}", '{"a":1,"a":2}', "a=1&a=2", "%ff=1"),
    },
  );
  const mediaTypes = fc.oneof(
    { weight: 15, arbitrary: fc.constant(operation.mediaType ?? "application/json") },
    { weight: 1, arbitrary: fc.constantFrom(...oddMediaTypes) },
  );
  return fc.tuple(headers, bodies, mediaTypes).map(([given, body, mediaType]) => ({
    body,
    headers: { ...given, ...(mediaType === "" ? {} : { "content-type": mediaType }) },
  }));
}

function headersOf(accessToken: string): fc.Arbitrary<Record<string, string>> {
  const bearer = `Bearer ${accessToken}`;
  return fc
    .record(
      {
        authorization: fc.constantFrom(
          bearer,
          bearer,
          "Bearer",
          "Bearer a.b.c",
          "Basic YTpi",
          "bearer  x",
        ),
        "x-request-id": fc
          .string({ unit: "grapheme-ascii", maxLength: 140 })
          .map((text) => text.trim()),
        "x-forwarded-for": fc.constantFrom("1.2.3.4", "<x>", "::1, ::2"),
        origin: fc.constantFrom("null", "https://evil.example"),
        cookie: fc.constantFrom("a=b", "a=%ff; =; ;;", "__proto__=1"),
        "content-encoding": fc.constantFrom("gzip", "br", "identity"),
      },
      { requiredKeys: [] },
    )
    .map((given) => Object.fromEntries(Object.entries(given)));
}

/** A value as the operation's media type writes it. */
function encode({ mediaType }: Operation, value: unknown): string {
  if (mediaType !== "application/x-www-form-urlencoded") return JSON.stringify(value);
  const texts = Object.entries(Object(value)).map(([name, part]) => [
    name,
    typeof part === "string" ? part : JSON.stringify(part),
  ]);
  return new URLSearchParams(texts).toString();
}

const oddEnds = ["/", "?", "?a=%00&a=%ff", "%00", "//", ";a", "?token=x&token=y"];

/** Requests made from the operations of an OpenAPI document. */
export function fuzzedRequests(
  operations: readonly Operation[],
  known: KnownTexts,
): fc.Arbitrary<FuzzedRequest> {
  return fc.constantFrom(...operations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      method: fc.oneof(
        { weight: 15, arbitrary: fc.constant(operation.method) },
        {
          weight: 1,
          arbitrary: fc.constantFrom("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"),
        },
      ),
      path: fc
        .oneof(
          { weight: 15, arbitrary: fc.constant("") },
          { weight: 1, arbitrary: fc.constantFrom(...oddEnds) },
        )
        .map((end) => operation.numberedPath + end),
      call: callOf(operation, known),
    }),
  );
}
