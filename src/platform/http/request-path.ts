/** The path of a request without its query. A request that named no host (HTTP/1.0) has a `url` without an origin. */
export function requestPath({ url }: Request): string {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("//") + 2);
  const query = url.indexOf("?", start);
  return url.slice(start, query === -1 ? undefined : query);
}
