import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import type { SampleRequest } from "./sample-request.ts";

/**
 * The samples of a request, for `x-codeSamples`: curl, TypeScript (`fetch`), and Python with its standard library. Credentials
 * come from `ACCESS_TOKEN`, or from `CLIENT_ID` and `CLIENT_SECRET`, in the environment.
 */
export function codeSamplesOf(request: SampleRequest): JsonObject[] {
  return [
    { lang: "Shell", label: "curl", source: curl(request) },
    { lang: "TypeScript", label: "TypeScript", source: typescript(request) },
    { lang: "Python", label: "Python", source: python(request) },
  ];
}

function curl({ method, url, credentials, body }: SampleRequest): string {
  const first = method === "GET" ? "curl" : `curl -X ${method}`;
  const options = [
    ...(credentials === "accessToken" ? [`-H "Authorization: Bearer $ACCESS_TOKEN"`] : []),
    ...(credentials === "client" ? [`-u "$CLIENT_ID:$CLIENT_SECRET"`] : []),
    ...curlBody(body),
  ];
  return [`${first} ${shellWord(url)}`, ...options].join(" \\\n  ");
}

function curlBody(body: SampleRequest["body"]): string[] {
  switch (body?.kind) {
    case "json":
      return [
        "-H 'Content-Type: application/json'",
        `-d ${shellWord(JSON.stringify(body.value, null, 2))}`,
      ];
    case "form": {
      const fields = Object.entries(body.fields);
      if (fields.length === 0) return ["-d ''"];
      return fields.map(([name, value]) => `--data-urlencode ${shellWord(`${name}=${value}`)}`);
    }
    default:
      return [];
  }
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function typescript({ method, url, credentials, body }: SampleRequest): string {
  const headers = [
    ...(credentials === "accessToken"
      ? ["    Authorization: `Bearer ${process.env.ACCESS_TOKEN}`,"]
      : []),
    ...(credentials === "client"
      ? [
          "    Authorization: `Basic ${btoa(`${process.env.CLIENT_ID}:${process.env.CLIENT_SECRET}`)}`,",
        ]
      : []),
    ...(body?.kind === "json" ? [`    "Content-Type": "application/json",`] : []),
  ];
  const sent =
    body?.kind === "json"
      ? [`  body: JSON.stringify(${indented(JSON.stringify(body.value, null, 2))}),`]
      : body?.kind === "form"
        ? [`  body: new URLSearchParams(${indented(JSON.stringify(body.fields, null, 2))}),`]
        : [];
  return [
    `const response = await fetch(${JSON.stringify(url)}, {`,
    `  method: "${method}",`,
    ...(headers.length > 0 ? ["  headers: {", ...headers, "  },"] : []),
    ...sent,
    "});",
    "console.log(response.status, await response.text());",
  ].join("\n");
}

function python({ method, url, credentials, body }: SampleRequest): string {
  const headers = [
    ...(credentials === "accessToken"
      ? [`        "Authorization": "Bearer " + os.environ["ACCESS_TOKEN"],`]
      : []),
    ...(credentials === "client"
      ? [`        "Authorization": "Basic " + base64.b64encode(client.encode()).decode(),`]
      : []),
    ...(body?.kind === "json" ? [`        "Content-Type": "application/json",`] : []),
  ];
  const imports = [
    ...(credentials === "client" ? ["base64"] : []),
    ...(body?.kind === "json" ? ["json"] : []),
    ...(credentials === null ? [] : ["os"]),
    ...(body?.kind === "form" ? ["urllib.parse"] : []),
    "urllib.request",
  ];
  const sent =
    body?.kind === "json"
      ? [`    data=json.dumps(${indented(pythonValue(body.value), 4)}).encode(),`]
      : body?.kind === "form"
        ? [`    data=urllib.parse.urlencode(${indented(pythonValue(body.fields), 4)}).encode(),`]
        : [];
  return [
    ...imports.map((name) => `import ${name}`),
    "",
    ...(credentials === "client"
      ? [`client = os.environ["CLIENT_ID"] + ":" + os.environ["CLIENT_SECRET"]`]
      : []),
    "request = urllib.request.Request(",
    `    ${JSON.stringify(url)},`,
    `    method="${method}",`,
    ...(headers.length > 0 ? ["    headers={", ...headers, "    },"] : []),
    ...sent,
    ")",
    "with urllib.request.urlopen(request) as response:",
    "    print(response.status, response.read().decode())",
  ].join("\n");
}

/** A JSON value as a Python literal. */
function pythonValue(value: Json): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `    ${JSON.stringify(name)}: ${indented(pythonValue(member), 4)},`,
  );
  return members.length === 0 ? "{}" : `{\n${members.join("\n")}\n}`;
}

function indented(text: string, spaces = 2): string {
  return text.replaceAll("\n", `\n${" ".repeat(spaces)}`);
}
