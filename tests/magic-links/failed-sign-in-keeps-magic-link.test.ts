import { expect, test } from "bun:test";

import { registerVerified } from "../support/journey.ts";
import { askForMagicLink, openSessionsOf, signInByMail } from "../support/magic-link.ts";
import { startTestApp } from "../support/test-app.ts";

// Bad day: the link is used up, and then the database fails to open the session.
test("when no session can be opened, link and account are unchanged, and the link works afterwards", async () => {
  await using app = await startTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });
  const { userId, email } = await registerVerified(app);
  await app.rows(`update users set email_verified_at = null where id = '${userId}'`);
  const { token } = await askForMagicLink(app, email);
  await app.rows("alter table sessions add constraint none check (user_agent <> 'refused')");

  const stateOf = () =>
    app.rows(
      `select consumed_at, email_verified_at, password_hash is null as cleared, u.credentials_version
       from users u join mail_challenges c on c.user_id = u.id and c.purpose = 'magic-link'
       where u.id = '${userId}'`,
    );
  const before = await stateOf();
  const refused = await signInByMail(app, { token }, { headers: { "user-agent": "refused" } });
  expect(refused.status).toBe(500);
  expect(await stateOf()).toEqual(before);

  expect((await signInByMail(app, { token })).status).toBe(200);
  expect(await openSessionsOf(app, userId)).toHaveLength(1);
  expect(await stateOf()).toMatchObject([{ cleared: true, credentials_version: 2 }]);
});
