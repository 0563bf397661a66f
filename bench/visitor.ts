import type { Answer, Call } from "../tests/support/http-call.ts";
import { freshEmail, goodPassword } from "../tests/support/journey.ts";
import type { Ledger } from "./ledger.ts";
import { tokensOf } from "./server.ts";
import { textOf } from "./text-of.ts";

/** Sends a request to one of the replicas. Rejects when there was no response. */
export type Send = (method: string, path: string, call?: Call) => Promise<Answer>;

/** What visitors need besides a user of their own. */
export interface Visited {
  readonly send: Send;
  readonly ledger: Ledger;
  /** The `Authorization` of a client that may introspect. */
  readonly client: string;
  readonly admin: { readonly email: string; readonly password: string };
}

/** One request of a visit. */
export interface Visit {
  readonly route: string;
  readonly status: number;
}

const api = "/api/v1";

/**
 * A user who registers and then uses every kind of route at random; each call makes one request. A response that did not come leaves
 * the state of a session unknown: it is then forgotten, and the next step signs in again.
 */
export function createVisitor({ send, ledger, client, admin }: Visited): () => Promise<Visit> {
  let email = "";
  let password = goodPassword;
  let userId = "";
  let isRegistered = false;
  let session: { name: string; access: string; refresh: string } | null = null;
  let adminToken: string | null = null;
  const posts: string[] = [];

  async function ask(
    method: string,
    route: string,
    call: Call = {},
    path = route,
  ): Promise<Answer> {
    visited = route;
    return send(method, path, call);
  }
  let visited = "";

  const mine = (method: string, route: string, json?: unknown, path = route): Promise<Answer> =>
    ask(
      method,
      `${api}${route}`,
      { bearer: session?.access ?? "", ...(json === undefined ? {} : { json }) },
      `${api}${path}`,
    );

  function forgetUser(): void {
    isRegistered = false;
    session = null;
    posts.length = 0;
    password = goodPassword;
  }

  /** The session is in an unknown state from before its request until its response. */
  function leaveSession(): string {
    const refresh = session?.refresh ?? "";
    if (session) ledger.newest.delete(session.name);
    session = null;
    return refresh;
  }

  async function register(): Promise<Answer> {
    email = freshEmail();
    const answer = await ask("POST", `${api}/auth/register`, { json: { email, password } });
    if (answer.status !== 201) return answer;
    userId = textOf(answer, "data", "user_id");
    isRegistered = true;
    ledger.registered.add(email);
    return answer;
  }

  async function signIn(): Promise<Answer> {
    const answer = await ask("POST", `${api}/auth/login`, { json: { email, password } });
    if (answer.status === 200) keep(answer, Bun.randomUUIDv7());
    // The answer to a change of the password or to a deletion may have been lost.
    if (answer.status === 401) forgetUser();
    return answer;
  }

  function keep(answer: Answer, name: string): void {
    const { access, refresh: newest } = tokensOf(answer);
    session = { name, access, refresh: newest };
    ledger.newest.set(name, newest);
  }

  async function refresh(): Promise<Answer> {
    const name = session?.name ?? "";
    const refresh_token = leaveSession();
    const answer = await ask("POST", `${api}/auth/refresh`, { json: { refresh_token } });
    if (answer.status === 200) keep(answer, name);
    return answer;
  }

  async function signOut(): Promise<Answer> {
    const bearer = session?.access ?? "";
    const refresh_token = leaveSession();
    const answer = await ask("POST", `${api}/auth/logout`, { bearer, json: { refresh_token } });
    if (answer.status === 200) ledger.ended.add(refresh_token);
    return answer;
  }

  async function changePassword(): Promise<Answer> {
    const bearer = session?.access ?? "";
    leaveSession();
    const next = `Another-Password-${Bun.randomUUIDv7().slice(0, 8)}`;
    const json = { current_password: password, new_password: next };
    const answer = await ask("POST", `${api}/auth/password/change`, { bearer, json });
    if (answer.status === 200) password = next;
    return answer;
  }

  async function deleteAccount(): Promise<Answer> {
    const bearer = session?.access ?? "";
    leaveSession();
    for (const id of posts.splice(0)) ledger.posts.delete(id);
    const id = userId;
    const answer = await ask("DELETE", `${api}/users/me`, { bearer, json: { password } });
    forgetUser();
    if (answer.status === 200) ledger.deleted.add(id);
    return answer;
  }

  async function post(): Promise<Answer> {
    const answer = await mine("POST", "/posts", { post_data: "Text", visibility: "public" });
    if (answer.status !== 201) return answer;
    const id = textOf(answer, "data", "post_id");
    posts.push(id);
    ledger.posts.add(id);
    return answer;
  }

  async function deletePost(): Promise<Answer> {
    const id = posts.pop();
    if (id === undefined) return post();
    // Until it is answered, and if it is not, the post may be there or not.
    ledger.posts.delete(id);
    const answer = await mine("DELETE", "/posts/{post_id}", undefined, `/posts/${id}`);
    if (answer.status === 204) ledger.deletedPosts.add(id);
    return answer;
  }

  async function administer(): Promise<Answer> {
    if (adminToken === null) {
      const answer = await ask("POST", `${api}/auth/login`, { json: admin });
      if (answer.status === 200) adminToken = tokensOf(answer).access;
      return answer;
    }
    const route = pick([
      `${api}/users`,
      `${api}/audit-logs`,
      `${api}/roles`,
      `${api}/clients`,
      `${api}/permissions`,
      `${api}/webhooks`,
    ]);
    const answer = await ask("GET", route, { bearer: adminToken });
    if (answer.status === 401) adminToken = null;
    return answer;
  }

  const form = (route: string, fields: Record<string, string>): Promise<Answer> =>
    ask("POST", route, { form: fields, headers: { authorization: client } });

  const steps: readonly (readonly [number, () => Promise<Answer>])[] = [
    [30, () => mine("GET", "/users/me")],
    [15, () => mine("POST", "/auth/validate-token", { token: session?.access ?? "" })],
    [15, () => mine("GET", "/auth/forward")],
    [12, refresh],
    [5, () => mine("PATCH", "/users/me", { name: `Ada ${Bun.randomUUIDv7().slice(0, 8)}` })],
    [5, post],
    [2, deletePost],
    [3, () => mine("GET", "/posts?scope=public")],
    [3, () => mine("GET", "/users/me/sessions")],
    [1, () => mine("GET", "/users/me/passkeys")],
    [1, () => mine("GET", "/users/me/grants")],
    [1, () => mine("GET", "/users/me/identities")],
    [1, () => mine("GET", "/users/me/trusted-devices")],
    [1, () => mine("POST", "/auth/passkeys/register/options")],
    [1, () => mine("POST", "/auth/2fa/setup", { password })],
    [3, signOut],
    [2, changePassword],
    [1, deleteAccount],
    [1, () => ask("POST", `${api}/auth/password/reset`, { json: { email } })],
    [1, () => ask("POST", `${api}/auth/magic-link`, { json: { email } })],
    [1, () => ask("POST", `${api}/auth/login`, { json: { email, password: "Wrong-1!" } })],
    [3, administer],
    [2, () => form("/oauth/introspect", { token: session?.access ?? "" })],
    [2, () => form("/oauth/token", { grant_type: "client_credentials" })],
    [1, () => form("/oauth/revoke", { token: "unknown" })],
    [1, () => ask("GET", "/oauth/userinfo", { bearer: session?.access ?? "" })],
    [1, () => ask("GET", "/.well-known/openid-configuration")],
    [1, () => ask("GET", "/.well-known/jwks.json")],
    [1, () => ask("GET", "/sign-in")],
    [1, () => ask("GET", "/health")],
  ];
  const total = steps.reduce((sum, [weight]) => sum + weight, 0);

  function nextStep(): () => Promise<Answer> {
    if (!isRegistered) return register;
    if (session === null) return signIn;
    let place = Math.random() * total;
    return steps.find(([weight]) => (place -= weight) < 0)?.[1] ?? refresh;
  }

  return async () => {
    try {
      const { status } = await nextStep()();
      if (status >= 500) forgetUser();
      else if (status === 401 && visited === `${api}/users/me`) leaveSession();
      return { route: visited, status };
    } catch (error) {
      // A replica may carry out a change of the password or a deletion long after: nothing more is known of this user.
      forgetUser();
      throw error;
    }
  };
}

function pick(texts: readonly string[]): string {
  return texts[Math.floor(Math.random() * texts.length)] ?? "";
}
