import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import { brandOf } from "../../../platform/brand/brand.ts";
import type { Settings } from "../../../platform/config/settings.ts";
import type { ResponseHeaders } from "../../../platform/http/exchange.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import { iconOf } from "./icon.ts";

/** An image that is served, with its type. */
interface Image {
  readonly mediaType: string;
  readonly content: Blob;
}

const day = 86_400;

/** An SVG can hold scripts and links: opened by itself, it may run and load nothing (CSP Level 3, `sandbox`). */
const imagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/** The logo and the paths that browsers and crawlers ask every site for. */
export function siteRoutes({
  kit,
  settings,
}: {
  readonly kit: RouteKit;
  readonly settings: Settings;
}) {
  const logo = logoOf(settings);
  const icon = logo ?? {
    mediaType: "image/svg+xml",
    content: new Blob([iconOf(brandOf(settings).palette)]),
  };
  return new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      "/brand/logo",
      ({ set }) => {
        if (logo === null) throw new AppError("NOT_FOUND", "No resource exists at this path.");
        return sendImage(set.headers, logo);
      },
      { anyone: true },
    )
    .get("/favicon.ico", ({ set }) => sendImage(set.headers, icon), { anyone: true })
    .get(
      "/robots.txt",
      ({ set }) => {
        set.headers["content-type"] = "text/plain; charset=utf-8";
        set.headers["cache-control"] = `public, max-age=${day}`;
        return "User-agent: *\nDisallow: /\n";
      },
      { anyone: true },
    )
    .get(
      // W3C: A Well-Known URL for Changing Passwords. Password managers open it.
      "/.well-known/change-password",
      ({ set }) => {
        set.status = 302;
        set.headers["location"] = "/account#password";
        return "";
      },
      { anyone: true },
    );
}

function logoOf({ brandLogo }: Settings): Image | null {
  if (brandLogo === null) return null;
  const { mediaType, base64 } = brandLogo;
  return { mediaType, content: new Blob([Buffer.from(base64, "base64")]) };
}

/** Pages and mails add the version of the logo to its URL, so that a new one is shown at once in spite of the caches. */
function sendImage(headers: ResponseHeaders, { mediaType, content }: Image): Blob {
  headers["content-type"] = mediaType;
  headers["cache-control"] = `public, max-age=${day}`;
  headers["content-security-policy"] = imagePolicy;
  return content;
}
