import { describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { goodPassword, registerVerified } from "../support/journey.ts";
import { giveRoles, makeRole } from "../support/roles.ts";
import { useTestApp } from "../support/test-app.ts";
import { idsOf, outcomeOf, useAdmin } from "../support/user-administration.ts";

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });
  const admin = useAdmin(app);

  const foundBy = async (text: string) =>
    idsOf(await admin.users.list(`limit=100&q=${encodeURIComponent(text)}`));

  test("by a part of address, username or name, case-insensitively", async () => {
    const ada = await registerVerified(app, { username: "Countess_12", name: "Ada Löwe King" });
    const eve = await registerVerified(app, { username: "countess-34", name: "Eve 100%" });
    for (const text of ["ntess_1", "COUNTESS_12", "löwe", "a Lö", "Ada Löwe King"]) {
      expect([text, await foundBy(text)]).toEqual([text, [ada.userId]]);
    }
    const [local = ""] = ada.email.split("@");
    for (const text of [ada.email, ada.email.toUpperCase(), local.slice(7), `${local}@exam`]) {
      expect([text, await foundBy(text)]).toEqual([text, [ada.userId]]);
    }
    expect(await foundBy("countess")).toEqual([eve.userId, ada.userId]);
    // One field at a time: what stands at the end of one and the start of the next is nowhere.
    expect(await foundBy(`${ada.email}Countess`)).toEqual([]);
    expect(await foundBy("")).toContain(ada.userId);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // The attack: a pattern that matches every user, or takes the database minutes.
  test("literally, without wildcards", async () => {
    const odd = await registerVerified(app, { name: "100% _o_ \\o/ 'q' \"d\" .* $1 ;--" });
    for (const text of ["100% _", "% _o_ \\", "\\o/", "' \"d", ".* $1", ";--", "\\"]) {
      expect([text, await foundBy(text)]).toEqual([text, [odd.userId]]);
    }
    for (const text of ["1%_", "\\%", "o_o", "%' or 1=1--", "%".repeat(254)]) {
      expect([text, await foundBy(text)]).toEqual([text, []]);
    }
  });

  test("by role and by status, and all of them together", async () => {
    const role = await makeRole(app, []);
    const named = async (name: string) => {
      const user = await registerVerified(app, { name: `Fil ${name}` });
      await giveRoles(app, user, [role]);
      return user.userId;
    };
    const [active, disabled, deleted] = [await named("a"), await named("d"), await named("x")];
    await admin.users.change(disabled, { status: "disabled" });
    await admin.users.remove(deleted);
    const registered = await app.post("/api/v1/auth/register", {
      email: `unverified-${Bun.randomUUIDv7()}@example.com`,
      password: goodPassword,
      name: "Fil u",
    });
    const unverified = registered.json.data.user_id;
    const found = async (query: string) => idsOf(await admin.users.list(query));

    expect(await found(`role=${role}`)).toEqual([disabled, active]);
    expect(await found("q=Fil")).toEqual([unverified, disabled, active]);
    expect(await found("q=Fil&role=user")).toEqual([unverified, disabled, active]);
    expect(await found("q=Fil&status=active")).toEqual([unverified, active]);
    expect(await found("q=Fil&status=unverified")).toEqual([unverified]);
    expect(await found("status=disabled")).toEqual([disabled]);
    expect(await found("status=deleted")).toEqual([deleted]);
    expect(await found(`role=${role}&status=disabled&q=Fil d`)).toEqual([disabled]);
    expect(await found(`role=${role}&status=unverified`)).toEqual([]);
    expect(await found("role=unknown-role")).toEqual([]);
    expect(await found("role=admin")).toEqual([admin.user.userId]);
  });

  // part of security 100: neither hash nor secret
  test("with their fields, and neither hash nor secret", async () => {
    const { userId, email } = await registerVerified(app, { username: "shown", name: "Shown" });
    const page = await admin.users.list("q=shown");
    const shown = await admin.users.show(userId);
    expect(shown.json.data).toEqual({
      id: userId,
      email,
      username: "shown",
      name: "Shown",
      email_verified: true,
      roles: ["user"],
      phone: null,
      avatar_url: null,
      locale: null,
      metadata: {},
      status: "active",
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
      disabled_at: null,
      deleted_at: null,
    });
    expect(page.json.data).toEqual({ items: [shown.json.data], next_cursor: null });
    const [row] = await app.rows(`select password_hash from users where id = '${userId}'`);
    for (const answer of [page, shown]) {
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.text).not.toContain(String(row?.["password_hash"]));
      expect(answer.text).not.toMatch(/hash|\$2|credentials|secret|token/i);
    }
  });

  // part of security 109
  test("an invalid query is refused", async () => {
    for (const query of [
      "limit=0",
      "limit=101",
      "limit=all",
      "cursor=x",
      "status=alive",
      "status=",
      "q=%00",
      "q=a%0ab",
      `q=${"x".repeat(255)}`,
      "role=%00",
      `role=${"x".repeat(200)}`,
      "order=password_hash",
      "sort=email",
      "q[]=x",
      "deleted_at=null",
    ]) {
      expect([query, ...outcomeOf(await admin.users.list(query)).slice(0, 2)]).toEqual([
        query,
        400,
        "VALIDATION_ERROR",
      ]);
    }
    for (const id of ["none", "%27", Bun.randomUUIDv7(), admin.user.userId.toUpperCase()]) {
      expect([id, ...outcomeOf(await admin.users.show(id))]).toEqual([id, 404, "USER_NOT_FOUND"]);
    }
  });
});
