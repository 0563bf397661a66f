import { expect, test } from "bun:test";

import { builtInPermissions, permissionsOf } from "../../src/features/roles/index.ts";

test("an admin may do everything, a user nothing beyond her own, an unknown role nothing at all", () => {
  expect(permissionsOf(["user", "admin"])).toEqual([...builtInPermissions].toSorted());
  expect(permissionsOf(["user"])).toEqual([]);
  expect(permissionsOf(["admins", "ADMIN", "__proto__", ""])).toEqual([]);
  expect(permissionsOf([])).toEqual([]);
});

test("a permission is listed once, however many roles give it", () => {
  expect(permissionsOf(["admin", "admin"])).toEqual([...builtInPermissions].toSorted());
});
