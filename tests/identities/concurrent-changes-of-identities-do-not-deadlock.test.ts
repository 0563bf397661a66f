import { expect, test } from "bun:test";

import { codeOf } from "../support/error-code.ts";
import { goodPassword } from "../support/journey.ts";
import { askForReset, confirmReset } from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import {
  freshProfile,
  identitiesOf,
  linkTo,
  resolve,
  signUpSocially,
} from "../support/social-login.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

// Bad day: the user's devices link, unlink, sign in and reset the password, all at once.
test("concurrent links, unlinks, sign-ins and a password reset of one user all end", async () => {
  for (let round = 0; round < 3; round += 1) {
    const user = await signUpSocially(app);
    const profiles = Array.from({ length: 4 }, () => freshProfile({ email: user.email }));
    for (const profile of profiles) await linkTo(app, user, profile);
    const stored = await identitiesOf(app, user.userId);
    const token = await askForReset(app, user.email);
    const outcomes = await race(24, async (index): Promise<unknown> => {
      const profile = { ...(profiles[index % 4] ?? user.profile), name: "Ada", locale: "de" };
      if (index === 12) return (await confirmReset(app, token, goodPassword)).status;
      if (index % 3 === 0) return codeOf(resolve(app, profile));
      if (index % 3 === 1) return codeOf(linkTo(app, user, profile));
      const path = `/api/v1/users/me/identities/${String(stored[index % 5]?.["id"])}`;
      return (await app.call("DELETE", path, { bearer: user.accessToken })).status;
    });
    // After the reset the session is void. An unlinked identity is another subject than the one that is still linked.
    const expected: readonly unknown[] = [
      null,
      "CONFLICT",
      "REAUTHENTICATION_REQUIRED",
      200,
      204,
      401,
      404,
      409,
    ];
    for (const outcome of outcomes) expect(expected).toContain(outcome);
    expect(outcomes[12]).toBe(200);
  }
}, 30_000);
