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

const typescriptCredentials = {
  accessToken: "    Authorization: `Bearer ${process.env.ACCESS_TOKEN}`,",
  client:
    "    Authorization: `Basic ${btoa(`${process.env.CLIENT_ID}:${process.env.CLIENT_SECRET}`)}`,",
};

function typescript({ method, url, credentials, body }: SampleRequest): string {
  const headers = [
    ...(credentials === null ? [] : [typescriptCredentials[credentials]]),
    ...jsonHeader("    ", body),
  ];
  return [
    `const response = await fetch(${JSON.stringify(url)}, {`,
    `  method: "${method}",`,
    ...(headers.length > 0 ? ["  headers: {", ...headers, "  },"] : []),
    ...typescriptBody(body),
    "});",
    "console.log(response.status, await response.text());",
  ].join("\n");
}

function typescriptBody(body: SampleRequest["body"]): string[] {
  switch (body?.kind) {
    case "json":
      return [`  body: JSON.stringify(${indented(JSON.stringify(body.value, null, 2))}),`];
    case "form":
      return [`  body: new URLSearchParams(${indented(JSON.stringify(body.fields, null, 2))}),`];
    default:
      return [];
  }
}

const pythonCredentials = {
  accessToken: {
    imports: ["os"],
    header: `        "Authorization": "Bearer " + os.environ["ACCESS_TOKEN"],`,
  },
  client: {
    imports: ["base64", "os"],
    header: `        "Authorization": "Basic " + base64.b64encode(f"{os.environ['CLIENT_ID']}:{os.environ['CLIENT_SECRET']}".encode()).decode(),`,
  },
};

function python({ method, url, credentials, body }: SampleRequest): string {
  const authorization = credentials === null ? null : pythonCredentials[credentials];
  const headers = [
    ...(authorization === null ? [] : [authorization.header]),
    ...jsonHeader("        ", body),
  ];
  const sent = pythonBody(body);
  const imports = [...(authorization?.imports ?? []), ...sent.imports, "urllib.request"];
  return [
    ...imports.toSorted().map((name) => `import ${name}`),
    "",
    "request = urllib.request.Request(",
    `    ${JSON.stringify(url)},`,
    `    method="${method}",`,
    ...(headers.length > 0 ? ["    headers={", ...headers, "    },"] : []),
    ...sent.lines,
    ")",
    "with urllib.request.urlopen(request) as response:",
    "    print(response.status, response.read().decode())",
  ].join("\n");
}

function pythonBody(body: SampleRequest["body"]): { imports: string[]; lines: string[] } {
  switch (body?.kind) {
    case "json": {
      const value = indented(pythonValue(body.value), 4);
      return { imports: ["json"], lines: [`    data=json.dumps(${value}).encode(),`] };
    }
    case "form": {
      const fields = indented(pythonValue(body.fields), 4);
      const line = `    data=urllib.parse.urlencode(${fields}).encode(),`;
      return { imports: ["urllib.parse"], lines: [line] };
    }
    default:
      return { imports: [], lines: [] };
  }
}

function jsonHeader(margin: string, body: SampleRequest["body"]): string[] {
  return body?.kind === "json" ? [`${margin}"Content-Type": "application/json",`] : [];
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
