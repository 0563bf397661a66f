import type { RouteParts } from "../../../platform/http/route-kit.ts";
import type { SocialLogin } from "../../social-login/index.ts";

/** What the routes of the pages that sign in need; each uses the members that it needs. */
export interface SignInParts extends RouteParts {
  readonly social: SocialLogin;
}
