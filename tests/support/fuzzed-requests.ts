import fc from "fast-check";

import { hostileQueries, hostileTexts, longTexts, oddMediaTypes } from "./hostile-values.ts";
import type { Call } from "./http-call.ts";
import type { Json, Operation } from "./operations.ts";

/** As whom a request is sent. */
export type Sender = "no one" | "user" | "admin" | "client";

/** A request that a test sends, and the operation that it was made for. */
export interface FuzzedRequest {
  readonly operation: Operation;
  readonly sender: Sender;
  readonly method: string;
  readonly path: string;
  readonly call: Call;
}

/** Valid values of a running app: by field, or by path and field. */
export type KnownTexts = ReadonlyMap<string, string>;

/** Begins the strings by which an echo of what was received is found. */
export const canary = "canary-";

const anyText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.constantFrom(...longTexts) },
  { weight: 3, arbitrary: fc.integer({ min: 0 }).map((number) => `${canary}${number}`) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
      .map((codes) => String.fromCharCode(...codes)),
  },
  { weight: 2, arbitrary: fc.emailAddress() },
);

function knownText({ path }: Operation, name: string, known: KnownTexts): string | undefined {
  return known.get(`${path} ${name}`) ?? known.get(name);
}

/** A value that a schema accepts, as far as that is known: the app's own one, the example, one of its list, one of its type. */
function fittingValue(
  operation: Operation,
  name: string,
  schema: Json,
  known: KnownTexts,
): fc.Arbitrary<unknown> {
  const { type, example, minimum = 0, maximum = 1000, items } = schema;
  const own = knownText(operation, name, known);
  if (own !== undefined) return fc.constant(own);
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...schema["enum"]);
  if (example !== undefined) return fc.constant(example);
  if (type === "boolean") return fc.boolean();
  if (type === "integer" || type === "number")
    return fc.integer({ min: Number(minimum), max: Number(maximum) });
  if (type === "array")
    return fc.array(fittingValue(operation, name, Object(items), known), { maxLength: 3 });
  if (type === "object")
    return fc.record(
      Object.fromEntries(
        Object.entries<Json>(Object(schema["properties"])).map(([member, of]) => [
          member,
          fittingValue(operation, member, of, known),
        ]),
      ),
    );
  return fc.string({ minLength: 1, maxLength: 20 });
}

const wrongNumbers = fc.constantFrom(0, -1, 1.5, 101, 1e9, 2 ** 53, 1e308, -(2 ** 63));

/** Values for a field: what its schema accepts, any string, a number at a limit, any JSON. */
function fieldValue(operation: Operation, name: string, known: KnownTexts) {
  const schema = operation.fields[name] ?? {};
  return fc.oneof(
    { weight: 4, arbitrary: fittingValue(operation, name, schema, known) },
    { weight: 4, arbitrary: anyText },
    { weight: 1, arbitrary: wrongNumbers },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );
}

/** Bodies that are valid, valid but for one field, of any fields, with an unknown field, and of any JSON. */
function bodyOf(operation: Operation, known: KnownTexts): fc.Arbitrary<unknown> {
  const names = Object.keys(operation.fields);
  if (names.length === 0) return fc.jsonValue();
  const fitting = fc.record(
    Object.fromEntries(
      names.map((name) => [
        name,
        fittingValue(operation, name, operation.fields[name] ?? {}, known),
      ]),
    ),
  );
  const good = fc.oneof(
    fitting,
    fitting.map((body) => onlyKnown(operation, body, known)),
    fitting.map((body) => onlyRequired(operation, body)),
  );
  const nearlyGood = fc
    .tuple(good, fc.constantFrom(...names))
    .chain(([body, name]) =>
      fieldValue(operation, name, known).map((value) => ({ ...body, [name]: value })),
    );
  const any = fc.record(
    Object.fromEntries(names.map((name) => [name, fieldValue(operation, name, known)])),
    { requiredKeys: [] },
  );
  const extended = fc
    .tuple(good, fc.constantFrom("role", "__proto__", "constructor", "id", ""), fc.jsonValue())
    .map(([body, name, value]) => Object.fromEntries([...Object.entries(body), [name, value]]));
  return fc.oneof(
    { weight: 3, arbitrary: good },
    { weight: 5, arbitrary: nearlyGood },
    { weight: 3, arbitrary: any },
    { weight: 1, arbitrary: extended },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

/** Of alternative fields, such as the credentials of a client, the ones that the app has values for. */
function onlyKnown(operation: Operation, body: object, known: KnownTexts): object {
  const entries = Object.entries(body);
  return Object.fromEntries(
    entries.filter(([name]) => knownText(operation, name, known) !== undefined),
  );
}

function onlyRequired({ required }: Operation, body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => required.includes(name)));
}

const deepJson = fc
  .constantFrom(100, 1000, 30_000)
  .chain((depth) =>
    fc.constantFrom(
      `${"[".repeat(depth)}${"]".repeat(depth)}`,
      `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`,
    ),
  );

function callOf(operation: Operation, known: KnownTexts): fc.Arbitrary<Call> {
  const headers = fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, oddHeaders);
  if (operation.method === "GET") return headers.map((given) => ({ headers: given }));
  const bodies = fc.oneof(
    { weight: 16, arbitrary: bodyOf(operation, known).map((body) => encode(operation, body)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: deepJson },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", "{", "[]", "{}", '{"a":1,"a":2}', "a=1&a=2", "%ff=1"),
    },
    { weight: 1, arbitrary: fc.constant(`{"email":"${"x".repeat(70_000)}"}`) },
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

const oddHeaders: fc.Arbitrary<Record<string, string>> = fc
  .record(
    {
      authorization: fc.constantFrom("Bearer", "Bearer a.b.c", "Basic YTpi", "bearer  x"),
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

/** A value as the operation's media type writes it. */
function encode({ mediaType }: Operation, value: unknown): string {
  if (mediaType !== "application/x-www-form-urlencoded") return JSON.stringify(value);
  const texts = Object.entries(Object(value)).map(([name, part]) => [
    name,
    typeof part === "string" ? part : JSON.stringify(part),
  ]);
  return new URLSearchParams(texts).toString();
}

/** In a path or a query, byte by byte: a lone surrogate becomes the three bytes that no UTF-8 has. */
function percentEncoded(text: string): string {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      if (code < 0xd800 || code > 0xdfff) return encodeURIComponent(character);
      const bytes = [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
      return bytes.map((byte) => `%${byte.toString(16)}`).join("");
    })
    .join("")
    .slice(0, longestPart)
    .replace(/%.?$/, "");
}

/** Beyond 16 KiB of path and headers the HTTP server itself answers with 431. */
const longestPart = 3000;

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The path with a value for each of its parameters, and a query with some of those that the operation takes. */
function pathOf(operation: Operation, known: KnownTexts): fc.Arbitrary<string> {
  const valueOf = (name: string, schema: Json) =>
    fc.oneof(
      { weight: 6, arbitrary: fittingValue(operation, name, schema, known) },
      { weight: 2, arbitrary: anyText },
      { weight: 1, arbitrary: wrongNumbers },
    );
  const parts = operation.parameters.map(({ name, in: place, schema }) =>
    valueOf(name, schema).map((value) => ({ name, place, text: percentEncoded(asText(value)) })),
  );
  const ends = fc.oneof(
    { weight: 15, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: fc.constantFrom(...hostileQueries) },
  );
  const chosen = fc.tuple(...parts.map((part) => fc.tuple(part, fc.boolean())));
  return fc.tuple(chosen, ends).map(([given, end]) => {
    let path = operation.path;
    const query: string[] = [];
    for (const [{ name, place, text }, isSent] of given) {
      if (place === "path") path = path.replace(`{${name}}`, () => text || "-");
      else if (isSent) query.push(`${name}=${text}`);
    }
    if (query.length === 0) return path + end;
    return `${path}?${query.join("&")}${end.startsWith("?") ? `&${end.slice(1)}` : ""}`;
  });
}

/** Requests made from the operations of an OpenAPI document. */
export function fuzzedRequests(
  operations: readonly Operation[],
  known: KnownTexts,
): fc.Arbitrary<FuzzedRequest> {
  return fc.constantFrom(...operations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      sender: fc.constantFrom<Sender>("no one", "user", "user", "admin", "admin", "client"),
      method: fc.oneof(
        { weight: 15, arbitrary: fc.constant(operation.method) },
        {
          weight: 1,
          arbitrary: fc.constantFrom("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"),
        },
      ),
      path: pathOf(operation, known),
      call: callOf(operation, known),
    }),
  );
}
