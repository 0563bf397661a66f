import { setSystemTime } from "bun:test";

import { signInAdmin } from "./admin.ts";
import { basic, registerClient } from "./clients.ts";
import { eventually } from "./eventually.ts";
import { createFakeProvider } from "./fake-provider.ts";
import { insertGrant } from "./grants.ts";
import type { Answer } from "./http-call.ts";
import { newPasskey } from "./passkeys.ts";
import { appUri, codeFrom, startAt } from "./provider-journey.ts";
import { authenticatorApp } from "./second-factor.ts";
import type { TestApp } from "./test-app.ts";

/** What a caller adds to an operation's example: credentials, and values that come from earlier responses and mails. */
export interface Added {
  readonly body?: Readonly<Record<string, unknown>>;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly bearer?: string;
  readonly authorization?: string;
  readonly cookie?: string;
}

/** One step: what is to be added, found by other requests, and what the response is used for afterwards. */
export interface Step {
  readonly add: () => Added | Promise<Added>;
  readonly use?: (answer: Answer) => void;
}

/** The provider of the examples. */
export const google = createFakeProvider("google");

/** Settings that the descriptions of some operations require. */
export const exampleSettings = {
  CLIENT_REGISTRATION: "open",
  OAUTH_KEEP_TOKENS: "true",
  REDIRECT_URIS: appUri,
};

const password = "SecurePassword123!";
const subject = "ada";

/**
 * The examples' own journey: every operation by its id, in the order in which the examples succeed one after another. Ada
 * registers, and an administrator, whom the operator creates, creates Grace.
 */
export function exampleJourney(app: TestApp): Readonly<Record<string, Step>> {
  const passkey = newPasskey();
  let email = "ada@example.com";
  let tokens = { access_token: "", refresh_token: "", user_id: "" };
  let admin = "";
  let authenticator = authenticatorApp("");
  let found = "";
  let client = { id: "", secret: "" };

  const keepTokens = ({ json }: Answer) => void (tokens = json.data);
  const bearer = () => tokens.access_token;
  const nothing: Step = { add: () => ({}) };
  const asAda: Step = { add: () => ({ bearer: bearer() }) };
  const asAdmin: Step = { add: () => ({ bearer: admin }) };
  const ofFound = (added: Added = {}): Added => ({
    bearer: bearer(),
    path: { id: found },
    ...added,
  });
  const asAdminOfFound: Step = { add: () => ofFound({ bearer: admin }) };
  const ofClient = () => basic(client.id, client.secret);
  const postId: Step = { add: () => ({ bearer: bearer(), path: { post_id: found } }) };

  async function signIn(): Promise<string> {
    const answer = await app.post("/api/v1/auth/login", { email, password });
    if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.text}`);
    tokens = answer.json.data;
    return bearer();
  }

  /** The newest mail of a kind to an address. */
  async function mailed(kind: string, address = email): Promise<{ token: string; code: string }> {
    const mails = await eventually(
      () =>
        app.mailer.sent.filter(
          ({ message }) => message.to.address === address && message.kind === kind,
        ),
      ({ length }) => length > 0,
    );
    const text = mails.at(-1)?.message.text ?? "";
    const [, token = ""] = /\?token=(\S+)/.exec(text) ?? [];
    const [code = ""] = /^\d{6}$/m.exec(text) ?? [];
    return { token, code };
  }

  async function firstOf(path: string, token = bearer()): Promise<string> {
    const { json } = await app.call("GET", path, { bearer: token });
    const [first] = json.data.items;
    return first.id ?? first.delivery_id;
  }

  /** A code that was not used yet: each works once. */
  function freshCode(): string {
    setSystemTime(new Date(Date.now() + 60_000));
    return authenticator.code();
  }

  async function mfaToken(): Promise<string> {
    const answer = await app.post("/api/v1/auth/login", { email, password });
    return answer.json.error.details.mfa_token;
  }

  async function returning(): Promise<{ query: Record<string, string>; cookie: string }> {
    const { location, cookie } = await startAt(app, google, {});
    return { query: google.approve(location, { email, subject }), cookie };
  }

  return {
    register: nothing,
    resendVerification: nothing,
    verifyEmailByCode: {
      add: async () => ({ body: { code: (await mailed("verify-email")).code } }),
    },
    verifyEmail: {
      async add() {
        const other = "charles@example.com";
        await app.post("/api/v1/auth/register", { email: other, password });
        return { body: { token: (await mailed("verify-email", other)).token } };
      },
    },
    logIn: { ...nothing, use: keepTokens },
    requestMagicLink: nothing,
    signInByMail: {
      add: async () => ({ body: { code: (await mailed("magic-link")).code } }),
      use: keepTokens,
    },

    getCurrentUser: asAda,
    updateCurrentUser: asAda,
    listOwnGrants: {
      async add() {
        found = await insertGrant(app, tokens.user_id);
        return { bearer: bearer() };
      },
    },
    withdrawOwnGrant: { add: () => ofFound() },

    validateToken: { add: () => ({ body: { token: bearer() } }) },
    forwardAuth: asAda,
    refreshTokens: {
      add: () => ({ body: { refresh_token: tokens.refresh_token } }),
      use: keepTokens,
    },
    listOwnSessions: asAda,
    endOwnSession: {
      async add() {
        const own = bearer();
        await signIn();
        return { bearer: own, path: { id: await firstOf("/api/v1/users/me/sessions", own) } };
      },
    },
    logOut: { add: async () => ({ bearer: await signIn() }) },
    logOutEverywhere: { add: async () => ({ bearer: await signIn() }) },

    changePassword: { add: async () => ({ bearer: await signIn() }) },
    requestPasswordReset: nothing,
    resetPassword: {
      add: async () => ({ body: { token: (await mailed("reset-password")).token } }),
    },

    setUpSecondFactor: {
      add: async () => ({ bearer: await signIn() }),
      use: ({ json }) => void (authenticator = authenticatorApp(json.data.secret)),
    },
    enableSecondFactor: { add: () => ({ bearer: bearer(), body: { code: freshCode() } }) },
    verifySecondFactor: {
      add: async () => ({ body: { mfa_token: await mfaToken(), code: freshCode() } }),
      use: keepTokens,
    },
    reauthenticate: asAda,
    listTrustedDevices: {
      async add() {
        const body = { mfa_token: await mfaToken(), code: freshCode(), remember_device: true };
        await app.post("/api/v1/auth/2fa/verify", body);
        return { bearer: bearer() };
      },
      use: ({ json }) => void (found = json.data.items[0].id),
    },
    revokeTrustedDevice: { add: () => ofFound() },
    replaceRecoveryCodes: { add: () => ({ bearer: bearer(), body: { code: freshCode() } }) },
    disableSecondFactor: { add: () => ({ bearer: bearer(), body: { code: freshCode() } }) },

    startPasskeyRegistration: {
      add: async () => ({ bearer: await signIn() }),
      use: ({ json }) => void (found = JSON.stringify(passkey.create(json.data))),
    },
    addPasskey: { add: () => ({ bearer: bearer(), body: JSON.parse(found) }) },
    startPasskeySignIn: {
      ...nothing,
      use({ json: { data } }) {
        found = JSON.stringify({ challenge_id: data.challenge_id, ...passkey.get(data) });
      },
    },
    signInWithPasskey: { add: () => ({ body: JSON.parse(found) }), use: keepTokens },
    listOwnPasskeys: { ...asAda, use: ({ json }) => void (found = json.data.items[0].id) },
    renameOwnPasskey: { add: () => ofFound() },
    removeOwnPasskey: { add: () => ofFound() },
    getRelatedOrigins: nothing,

    listProviders: nothing,
    startSocialLogin: nothing,
    finishSocialLogin: { add: returning },
    finishSocialLoginByForm: {
      async add() {
        const { query, cookie } = await returning();
        return { body: query, cookie };
      },
    },
    signInWithIdToken: {
      add: () => ({ body: { id_token: google.idToken("a nonce"), nonce: "a nonce" } }),
    },
    exchangeSocialLoginCode: {
      add: async () => ({
        body: { code: await codeFrom(app, google, { profile: { email, subject } }) },
      }),
      use: keepTokens,
    },
    listOwnIdentities: { ...asAda, use: ({ json }) => void (found = json.data.items[0].id) },
    getOwnIdentityTokens: { add: () => ofFound() },
    unlinkOwnIdentity: { add: () => ofFound() },
    startIdentityLink: asAda,

    createPost: { ...asAda, use: ({ json }) => void (found = String(json.data.post_id)) },
    listPosts: asAda,
    getPost: postId,
    updatePost: postId,
    castVote: postId,
    listVotes: postId,
    withdrawVote: postId,
    deletePost: postId,

    createUser: {
      async add() {
        admin = (await signInAdmin(app)).accessToken;
        return { bearer: admin };
      },
      use: ({ json }) => void (found = json.data.user_id),
    },
    listUsers: asAdmin,
    getUser: asAdminOfFound,
    updateUser: asAdminOfFound,
    listUserSessions: asAdminOfFound,
    endUserSessions: asAdminOfFound,
    deleteUser: asAdminOfFound,
    restoreUser: asAdminOfFound,
    createRole: asAdmin,
    listRoles: asAdmin,
    getRole: asAdmin,
    updateRole: asAdmin,
    assignRoles: asAdminOfFound,
    deleteRole: asAdmin,
    createPermission: asAdmin,
    listPermissions: asAdmin,
    resetUserSecondFactor: {
      async add() {
        const own = await signIn();
        const begun = await app.post("/api/v1/auth/2fa/setup", { password }, { bearer: own });
        authenticator = authenticatorApp(begun.json.data.secret);
        await app.post("/api/v1/auth/2fa/enable", { code: freshCode() }, { bearer: own });
        return { bearer: admin, path: { id: tokens.user_id } };
      },
    },

    createClient: {
      ...asAdmin,
      use: ({ json }) => void (found = json.data.client.client_id),
    },
    listClients: asAdmin,
    updateClient: asAdminOfFound,
    rotateClientSecret: asAdminOfFound,
    deleteClient: asAdminOfFound,

    grantTokens: {
      ...nothing,
      use: ({ json }) => void (tokens = { ...tokens, ...json }),
    },
    getUserInfo: asAda,
    postForUserInfo: asAda,
    introspectToken: {
      async add() {
        client = await registerClient(app, {
          name: "Notes",
          redirectUris: ["https://app.example.com/callback"],
          grantTypes: ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
        });
        return { authorization: ofClient(), body: { token: bearer() } };
      },
    },
    pushAuthorizationRequest: { add: () => ({ authorization: ofClient() }) },
    startDeviceAuthorization: { add: () => ({ authorization: ofClient() }) },
    registerClient: nothing,
    revokeToken: { add: () => ({ body: { token: tokens.refresh_token } }) },
    getKeySet: nothing,
    describeServer: nothing,
    describeServerToOpenIdClients: nothing,

    createWebhook: {
      ...asAdmin,
      use: ({ json }) => void (found = json.data.webhook.id),
    },
    listWebhooks: asAdmin,
    getWebhook: asAdminOfFound,
    testWebhook: asAdminOfFound,
    listWebhookDeliveries: asAdminOfFound,
    replayWebhookDelivery: {
      async add() {
        const delivery = await firstOf(`/api/v1/webhooks/${found}/deliveries`, admin);
        return { bearer: admin, path: { id: found, delivery_id: delivery } };
      },
    },
    rotateWebhookSecret: asAdminOfFound,
    updateWebhook: asAdminOfFound,
    deleteWebhook: asAdminOfFound,
    listAuditLogs: asAdmin,
    health: nothing,
    liveness: nothing,
    readiness: nothing,
    getMetrics: nothing,

    // These end what the other examples need.
    requestEmailChange: { add: async () => ({ bearer: await signIn() }) },
    confirmEmailChange: {
      async add() {
        const { token } = await mailed("change-email", "ada.lovelace@example.com");
        return { body: { token } };
      },
      use: ({ json }) => void (email = json.data.email),
    },
    deleteCurrentUser: { add: async () => ({ bearer: await signIn() }) },
  };
}
