/** A page, or any other response, as a browser ended at it. */
export interface Page {
  /** The address of the page, as the browser shows it. */
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into responses of every shape
  readonly json: any;
  /** Every address on the way, the first and the last too. */
  readonly visited: readonly string[];
}

/** How a browser gets somewhere. */
export interface Visit {
  /** The redirect to an address that begins with this is not followed: the response that redirects is the page. */
  readonly stopAt?: string;
  /** The page with the link or the form; without it the user typed the address. */
  readonly from?: Page;
  readonly method?: "GET" | "POST";
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a user does in a browser without scripts: opens addresses, follows redirects, fills forms, has cookies. */
export interface HttpBrowser {
  open(address: string | URL, visit?: Visit): Promise<Page>;
  /** Fills the form of a page and sends it, with its hidden fields. */
  submit(page: Page, fields?: Readonly<Record<string, string>>, stopAt?: string): Promise<Page>;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
  readonly sameSite: "lax" | "strict" | "none";
}

const longestWay = 20;

/**
 * Starts a browser with an empty cookie jar. `serverOf` says where the server of an origin is, so that requests to
 * `https://github.com` go to a server of the test; by default at the origin itself.
 */
export function createHttpBrowser(
  serverOf: (origin: string) => string = (origin) => origin,
): HttpBrowser {
  let jar: Cookie[] = [];

  function keep(cookie: Cookie | null, url: URL): void {
    if (cookie === null) return;
    const same = (other: Cookie): boolean =>
      other.name === cookie.name && other.host === cookie.host && other.path === cookie.path;
    if (cookie.name.startsWith("__Host-") && cookie.path !== "/")
      throw new Error(`${url.href}: a bad __Host- cookie`);
    jar = jar.filter((other) => !same(other));
    if (cookie.value !== "") jar.push(cookie);
  }

  function cookiesFor(url: URL, crossSite: boolean, method: string): Cookie[] {
    return jar.filter(
      ({ host, path, sameSite }) =>
        host === url.hostname &&
        (url.pathname === path ||
          url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`)) &&
        (!crossSite || sameSite === "none" || (sameSite === "lax" && method === "GET")),
    );
  }

  async function open(address: string | URL, visit: Visit = {}): Promise<Page> {
    let url = new URL(address);
    let { method = "GET", form } = visit;
    let site: Site = visit.from === undefined ? "none" : siteOf(visit.from.url, url);
    const visited: string[] = [];
    for (;;) {
      visited.push(url.href);
      const cookies = cookiesFor(url, site === "cross-site", method);
      const response = await fetch(`${serverOf(url.origin)}${url.pathname}${url.search}`, {
        method,
        redirect: "manual",
        headers: {
          accept: "text/html,application/xhtml+xml,*/*;q=0.8",
          "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
          "sec-fetch-site": site,
          "sec-fetch-mode": "navigate",
          "sec-fetch-dest": "document",
          ...(cookies.length === 0
            ? {}
            : { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") }),
          ...(method === "POST" && visit.from !== undefined
            ? { origin: visit.from.url.origin }
            : {}),
          ...visit.headers,
        },
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      });
      for (const line of response.headers.getSetCookie()) keep(parseCookie(line, url), url);
      const text = await response.text();
      const location = response.headers.get("location");
      const next = location === null ? null : new URL(location, url);
      if (next === null || (visit.stopAt !== undefined && next.href.startsWith(visit.stopAt))) {
        const { status, headers } = response;
        return { url, status, headers, text, json: parseJson(text), visited };
      }
      if (visited.length > longestWay) throw new Error(`too many redirects: ${visited.join(" ")}`);
      const step = siteOf(url, next);
      // A request that the user began stays one; any other is of the farthest site on its way.
      if (site !== "none" && rank[step] > rank[site]) site = step;
      if (response.status !== 307 && response.status !== 308) {
        method = "GET";
        form = undefined;
      }
      url = next;
    }
  }

  return {
    open,
    submit(page, fields = {}, stopAt) {
      const action = /<form[^>]*\baction="([^"]*)"/.exec(page.text)?.[1];
      if (action === undefined)
        throw new Error(`${page.url.href} has no form: ${page.status} ${page.text}`);
      const hidden = [
        ...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g),
      ];
      const form = {
        ...Object.fromEntries(
          hidden.map(([, name = "", value = ""]) => [name, unescapeHtml(value)]),
        ),
        ...fields,
      };
      const to = new URL(unescapeHtml(action), page.url);
      return open(to, {
        method: "POST",
        form,
        from: page,
        ...(stopAt === undefined ? {} : { stopAt }),
      });
    },
  };
}

type Site = "none" | "same-origin" | "same-site" | "cross-site";

const rank: Record<Site, number> = { none: 0, "same-origin": 1, "same-site": 2, "cross-site": 3 };

/** `Sec-Fetch-Site` of a request from one address to another; a host is a site of its own here. */
function siteOf(from: URL, to: URL): Site {
  if (from.origin === to.origin) return "same-origin";
  return from.hostname === to.hostname && from.protocol === to.protocol
    ? "same-site"
    : "cross-site";
}

function parseCookie(line: string, url: URL): Cookie | null {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const separator = pair.indexOf("=");
  if (separator < 1) return null;
  const valueOf = (name: string): string | undefined =>
    attributes.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const expires = valueOf("expires");
  const isOver =
    Number(valueOf("max-age") ?? "1") <= 0 ||
    (expires !== undefined && Date.parse(expires) <= Date.now());
  const sameSite = valueOf("samesite")?.toLowerCase();
  return {
    name: pair.slice(0, separator),
    value: isOver ? "" : pair.slice(separator + 1),
    host: url.hostname,
    path: valueOf("path") ?? "/",
    sameSite: sameSite === "none" || sameSite === "strict" ? sameSite : "lax",
  };
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
