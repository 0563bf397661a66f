import { expect, test } from "bun:test";

import { openPath, signUpToAccount } from "../support/account-page.ts";
import { signUp } from "../support/journey.ts";
import { headingOf, shownTo } from "../support/page-forms.ts";
import { addPasskey } from "../support/passkeys.ts";
import { sessionOf } from "../support/session-calls.ts";
import { freshProfile, linkTo } from "../support/social-login.ts";
import { insertGrant } from "../support/grants.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

type Owner = Awaited<ReturnType<typeof signUp>>;

/** Each form with the id of an entry, and an entry of its owner. */
const forms: Readonly<
  Record<string, { table: string; create: (owner: Owner) => Promise<string> }>
> = {
  "/account/sessions/revoke": {
    table: "sessions",
    create: async ({ accessToken }) => sessionOf(accessToken),
  },
  "/account/passkeys/rename": {
    table: "passkeys",
    create: async ({ accessToken }) => (await addPasskey(app, accessToken)).id,
  },
  "/account/passkeys/remove": {
    table: "passkeys",
    create: async ({ accessToken }) => (await addPasskey(app, accessToken)).id,
  },
  "/account/providers/unlink": {
    table: "identities",
    create: async (owner) => (await linkTo(app, owner, freshProfile())).id,
  },
  "/account/applications/withdraw": {
    table: "user_grants",
    create: ({ userId }) => insertGrant(app, userId),
  },
  "/account/devices/revoke": {
    table: "trusted_devices",
    async create({ userId }) {
      const id = Bun.randomUUIDv7();
      await app.rows(
        `insert into trusted_devices (id, user_id, digest, credentials_version, created_at, expires_at)
         select '${id}', id, '${id}', credentials_version, now(), now() + interval '1 day' from users where id = '${userId}'`,
      );
      return id;
    },
  },
};

// Attack: a user posts the id of another user's entry, which a log or a support ticket showed.
// security 50, 80, 92
test.each(Object.entries(forms))(
  "%s of another user's entry is not found, as one that does not exist, and changes nothing",
  async (path, { table, create }) => {
    const owner = await signUp(app);
    const { browser, userId } = await signUpToAccount(app);
    const id = await create(owner);
    const page = await openPath(browser, "/account");
    const entry = () => app.rows(`select * from ${table} where id = '${id}'`);
    const before = await entry();
    const texts = new Set<string>();
    for (const sent of [id, id.toUpperCase(), Bun.randomUUIDv7(), "x", "'; drop table users", ""]) {
      const answer = await browser.open(`http://localhost:8000${path}`, {
        method: "POST",
        form: { ...shownTo(userId), id: sent, name: "Taken over" },
        from: page,
      });
      expect([sent, answer.status, headingOf(answer)]).toEqual([
        sent,
        404,
        "This entry does not exist",
      ]);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      texts.add(answer.text);
    }
    expect(texts.size).toBe(1);
    expect(before).toHaveLength(1);
    expect(await entry()).toEqual(before);
  },
);

test("a page shows its own user's entries alone", async () => {
  const owner = await signUp(app);
  const { browser } = await signUpToAccount(app);
  const { id } = await addPasskey(app, owner.accessToken);
  const page = await openPath(browser, "/account");
  expect(page.text).not.toContain(id);
  expect(page.text).not.toContain(owner.email);
  expect(page.text).not.toContain(">Remove<");
});
