import { eventsOf as storedEventsOf } from "./events.ts";
import { beforeAll } from "bun:test";

import { signInAdmin } from "./admin.ts";
import type { Answer } from "./http-call.ts";
import type { SignedInUser } from "./journey.ts";
import type { TestApp } from "./test-app.ts";

/** Calls of the users API with the token of an actor who administers users. */
export interface UsersApi {
  /** `query` is everything behind the `?`. */
  list(query?: string): Promise<Answer>;
  create(json: unknown): Promise<Answer>;
  show(id: string): Promise<Answer>;
  change(id: string, json: unknown): Promise<Answer>;
  remove(id: string): Promise<Answer>;
  restore(id: string): Promise<Answer>;
  sessions(id: string, query?: string): Promise<Answer>;
  revoke(id: string): Promise<Answer>;
}

const users = "/api/v1/users";

/** The users API as this user may call it, at this replica. */
export function usersApi(app: TestApp, { accessToken: bearer }: SignedInUser): UsersApi {
  return {
    list: (query = "") => app.call("GET", `${users}?${query}`, { bearer }),
    create: (json) => app.call("POST", users, { bearer, json }),
    show: (id) => app.call("GET", `${users}/${id}`, { bearer }),
    change: (id, json) => app.call("PATCH", `${users}/${id}`, { bearer, json }),
    remove: (id) => app.call("DELETE", `${users}/${id}`, { bearer }),
    restore: (id) => app.call("POST", `${users}/${id}/restore`, { bearer }),
    sessions: (id, query = "") => app.call("GET", `${users}/${id}/sessions?${query}`, { bearer }),
    revoke: (id) => app.call("DELETE", `${users}/${id}/sessions`, { bearer }),
  };
}

/** An admin who is signed in, and the users API as they may call it. */
export interface SharedAdmin {
  readonly user: SignedInUser;
  readonly users: UsersApi;
}

/** Signs in an admin for all tests of the `describe` that calls this; hooks and tests may use them. */
export function useAdmin(app: TestApp): SharedAdmin {
  let signedIn: SignedInUser | null = null;
  function user(): SignedInUser {
    if (signedIn === null) throw new Error("The admin is used outside hooks and tests.");
    return signedIn;
  }

  beforeAll(async () => {
    signedIn = await signInAdmin(app);
  });

  return {
    get user() {
      return user();
    },
    get users() {
      return usersApi(app, user());
    },
  };
}

/** A response's status and error code, and the field at fault where there is one. */
export function outcomeOf({ status, json }: Answer): unknown[] {
  const { code, details } = json?.error ?? {};
  return details?.field === undefined ? [status, code] : [status, code, details.field];
}

/** The ids in a page of users. */
export function idsOf(page: Answer): string[] {
  return page.json.data.items.map(({ id }: { id: string }) => id);
}

/** The data of the events about a user of one type, oldest first. */
export async function eventsOf(app: TestApp, userId: string, type: string): Promise<unknown[]> {
  return (await storedEventsOf(app, userId, type)).map(({ data }) => data);
}
