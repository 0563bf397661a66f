import type { Answer, Call } from "./http-call.ts";
import type { SignedInUser } from "./journey.ts";

/** One that is called, in this process or in another. */
export interface Callee {
  call(method: string, path: string, call?: Call): Promise<Answer>;
}

/** The calls that prepare a user who can lose a right. */
export interface Preparation {
  readonly replica: Callee;
  /** A new user, signed in, with a verified address and no roles. */
  signUp(): Promise<SignedInUser>;
  /** The token of the mail of this kind to an address, once it is there. */
  mailedToken(kind: string, email: string): Promise<string>;
  /** An administrator's access token. */
  readonly admin: string;
  /** Does something in the database, as an operator would. */
  sql(statement: string): Promise<unknown>;
}

/** A user's right: the path responds 200 to the access token, and 401 or 403 once the right is revoked. */
export interface Right {
  readonly path: string;
  readonly bearer: string;
  /** Takes it, by a call to this replica unless it is done in the database. Resolves with its response. */
  revoke(replica: Callee): Promise<void>;
}

/** A way in which a right ends. */
export interface RevocationWay {
  readonly name: string;
  prepare(preparation: Preparation): Promise<Right>;
}

/** The paths that the ways go by. */
export const auth = "/api/v1/auth";
export const me = "/api/v1/users/me";

type Revoke = (replica: Callee) => Promise<unknown>;

/** Ways that end one or all sessions of the user. */
export function ofSessions(
  name: string,
  revocation: (user: SignedInUser, preparation: Preparation) => Promise<Revoke> | Revoke,
): RevocationWay {
  return {
    name,
    async prepare(preparation) {
      const user = await preparation.signUp();
      const revoke = await revocation(user, preparation);
      return {
        path: me,
        bearer: user.accessToken,
        revoke: async (replica) => void (await revoke(replica)),
      };
    },
  };
}

/** Ways that keep the session and remove what a role allowed. */
export function ofRoles(
  name: string,
  query: (role: string) => string,
  revocation: (user: SignedInUser, role: string, preparation: Preparation) => Revoke,
): RevocationWay {
  return {
    name,
    async prepare(preparation) {
      const { replica, admin } = preparation;
      const user = await preparation.signUp();
      const role = `role-${Bun.randomUUIDv7()}`;
      const json = { name: role, permissions: ["users:read"] };
      await call(replica, 201, "POST", "/api/v1/roles", { bearer: admin, json });
      await assign(replica, admin, user, [role]);
      const revoke = revocation(user, role, preparation);
      return {
        path: `${auth}/forward?${query(role)}`,
        bearer: user.accessToken,
        revoke: async (at) => void (await revoke(at)),
      };
    },
  };
}

/** A call of the authentication API that succeeds. */
export const post = (path: string, json: unknown, bearer?: string) => (replica: Callee) =>
  call(replica, 200, "POST", `${auth}${path}`, {
    json,
    ...(bearer === undefined ? {} : { bearer }),
  });

/** Gives the user these roles and no others. */
export const assign = (
  replica: Callee,
  bearer: string,
  { userId }: SignedInUser,
  roles: readonly string[],
) => call(replica, 200, "PUT", `/api/v1/users/${userId}/roles`, { bearer, json: { roles } });

/** Calls, and throws at any other response than the expected one. */
export async function call(
  replica: Callee,
  expected: number,
  method: string,
  path: string,
  sent: Call,
) {
  const answer = await replica.call(method, path, sent);
  if (answer.status === expected) return answer;
  throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
}

/** The access token of another session of the user. */
export async function signInAgain({ replica }: Preparation, { email, password }: SignedInUser) {
  const { json } = await post("/login", { email, password })(replica);
  return String(json.data.access_token);
}
