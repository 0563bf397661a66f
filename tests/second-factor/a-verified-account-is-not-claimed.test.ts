import { expect, test } from "bun:test";

import { meanwhile } from "../support/held-rows.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { askForMagicLink, openSessionsOf, signInByMail } from "../support/magic-link.ts";
import { errorOf } from "../support/provider-journey.ts";
import { turnOn } from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });

// Attack: a person with access to the mailbox follows the verification link and the sign-in link at the same time.
// security 82
test.each(["link", "code"])(
  "a sign-in by %s that waits for the verification of the address does not skip the second factor",
  async (by) => {
    const email = freshEmail();
    const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const {
      user_id: userId,
      access_token: accessToken,
      refresh_token: refreshToken,
    } = answer.json.data;
    await turnOn(app, { userId, email, password: goodPassword, accessToken, refreshToken });
    const { token, code } = await askForMagicLink(app, email);
    const proof = by === "link" ? { token } : { email, code };

    const verified = `update users set email_verified_at = now() where id = '${userId}'`;
    const refused = await meanwhile(app, verified, () => signInByMail(app, proof));
    expect(errorOf(refused)).toEqual([401, by === "link" ? "INVALID_TOKEN" : "INVALID_CODE"]);
    expect(await openSessionsOf(app, userId)).toHaveLength(1);
    expect(await app.rows(`select 1 from totp_factors where user_id = '${userId}'`)).toHaveLength(
      1,
    );
    expect(errorOf(await signInByMail(app, proof))).toEqual([403, "MFA_REQUIRED"]);
  },
);
