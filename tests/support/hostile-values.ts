/** Strings that have broken parsers before. */
export const hostileTexts = [
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
  "9223372036854775808",
  "-1",
  "2026-13-45T99:99:99Z",
  "+275760-09-13T00:00:00.001Z",
  "0000-01-01T00:00:00Z",
  "00000000-0000-0000-0000-000000000000",
  "https://a.example/%2e%2e",
  "javascript:alert(1)",
  "http://127.0.0.1:5432/",
];

/** Strings that are longer than any field takes. */
export const longTexts = ["x".repeat(300), "x".repeat(9000), "é".repeat(5000)];

/** Ends of a path. Columns to sort or filter by exist nowhere (security 109), and page limits have an end. */
export const hostileQueries = [
  "/",
  "?",
  "?a=%00&a=%ff",
  "?%00",
  "//",
  "/;a",
  "?token=x&token=y",
  "?sort=password_hash&order=desc",
  "?sort=id;drop table users--",
  "?filter[password_hash]=x",
  "?order_by=created_at%20desc",
  "?limit=0",
  "?limit=-1",
  "?limit=1e9",
  "?limit=NaN",
  "?limit=1&limit=2",
  "?cursor=AAAA",
  "?cursor=eyJpZCI6IicifQ",
];

/** Content types that no operation takes. */
export const oddMediaTypes = [
  "",
  "text/plain",
  "application/json; charset=utf-16",
  "multipart/form-data",
  "a/b",
  "\u00e9",
];
