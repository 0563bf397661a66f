/** What a test sends besides method and path. At most one of `json`, `form` and `body`. */
export interface Call {
  readonly json?: unknown;
  readonly form?: Record<string, string>;
  readonly body?: BodyInit;
  readonly bearer?: string;
  readonly headers?: Record<string, string>;
}

/** A response, read to its end. `json` is undefined when the body is not JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly json: any;
}

/** Calls a server as any HTTP client would; follows no redirect. */
export async function callServer(
  serverUrl: string,
  method: string,
  path: string,
  call: Call = {},
): Promise<Answer> {
  const headers = new Headers(call.headers);
  let body: BodyInit | undefined = call.body;
  if (call.json !== undefined) {
    body = JSON.stringify(call.json);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
  }
  if (call.form) {
    body = new URLSearchParams(call.form).toString();
    headers.set("content-type", "application/x-www-form-urlencoded");
  }
  if (call.bearer !== undefined) headers.set("authorization", `Bearer ${call.bearer}`);
  const response = await fetch(`${serverUrl}${path}`, {
    method,
    headers,
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
