import { sql } from "drizzle-orm";

import {
  assignRoles,
  permissions,
  rolePermissions,
  roles,
} from "../../src/features/roles/index.ts";
import { type SignedInUser, signUp } from "./journey.ts";
import { operatorOf } from "./operator.ts";
import type { TestApp } from "./test-app.ts";

/** A name that no other test uses. */
export function freshName(kind: string): string {
  return `${kind}-${Bun.randomUUIDv7()}`;
}

/** Makes a role that allows exactly this, and gives its name. */
export async function makeRole(app: TestApp, allowed: readonly string[]): Promise<string> {
  const { db } = app.platform;
  const name = freshName("role");
  const now = new Date();
  await db.insert(roles).values({ name, createdAt: now, updatedAt: now });
  if (allowed.length > 0) {
    await db
      .insert(rolePermissions)
      .values(allowed.map((permission) => ({ role: name, permission })));
  }
  return name;
}

/** Makes a permission of the operator's own, and gives its name. */
export async function makePermission(app: TestApp): Promise<string> {
  const name = `${freshName("thing")}:do`;
  await app.platform.db.insert(permissions).values({ name, createdAt: sql`now()` });
  return name;
}

/** Gives a user these roles and no others, as the operator. */
export async function giveRoles(
  app: TestApp,
  { userId }: { userId: string },
  names: readonly string[],
): Promise<void> {
  await assignRoles(operatorOf(app), { userId, roles: names });
}

/** A signed-in user with exactly these permissions, by a role made for the purpose. */
export async function signUpWith(app: TestApp, allowed: readonly string[]): Promise<SignedInUser> {
  const user = await signUp(app);
  await giveRoles(app, user, [await makeRole(app, allowed)]);
  return user;
}
