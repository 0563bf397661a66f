/** One small image of every type that a logo may have. The SVG has a script, which must never run. */
export const logos = {
  png: {
    mediaType: "image/png",
    bytes: Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
      "base64",
    ),
  },
  jpeg: {
    mediaType: "image/jpeg",
    bytes: Buffer.concat([Buffer.from("ffd8ffe000104a46494600010100", "hex"), Buffer.alloc(64)]),
  },
  webp: {
    mediaType: "image/webp",
    bytes: Buffer.from("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", "base64"),
  },
  svg: {
    mediaType: "image/svg+xml",
    bytes: Buffer.from(
      `<?xml version="1.0"?>\n<!-- Acme -->\n<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="scriptRan()"><script>scriptRan()</script><rect width="40" height="40" fill="#0b7a4b"/></svg>`,
    ),
  },
} as const;
