import { Elysia } from "elysia";

import { sha256 } from "../../../kernel/bytes.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import { passkeysScriptPath } from "./form.ts";
import { passkeysScript } from "./script.ts";

const entityTag = `"${sha256(passkeysScript).slice(0, 22)}"`;

/** The route of the script. Browsers ask each time whether their copy is the present one (RFC 9110 §13.1.2). */
export function passkeysScriptRoutes({ kit }: { readonly kit: RouteKit }) {
  return new Elysia({ detail: { hide: true } }).use(kit).get(
    passkeysScriptPath,
    ({ request, set }) => {
      set.headers["cache-control"] = "no-cache";
      set.headers["etag"] = entityTag;
      if (request.headers.get("if-none-match") === entityTag) {
        set.status = 304;
        return;
      }
      set.headers["content-type"] = "text/javascript; charset=utf-8";
      return passkeysScript;
    },
    { anyone: true },
  );
}
