import type { DatabaseKind } from "./databases.ts";
import { createMigratedHome, type Home } from "./executable-home.ts";
import { type ServerProcess, startGatehouse } from "./executable.ts";
import { freshEmail, goodPassword } from "./journey.ts";
import { type MailServer, startMailServer } from "./mail-server.ts";
import { arrivedMail, type OpenedMail } from "./mailbox.ts";

/** The executable as it runs for its operator: with a database, and a mail server that it mails by. */
export interface MailingExecutable extends AsyncDisposable {
  readonly home: Home;
  /** The settings of its processes. */
  readonly environment: Record<string, string>;
  readonly mail: MailServer;
  /** The first process. */
  readonly server: ServerProcess;
  /** All that were started. */
  readonly servers: readonly ServerProcess[];
  /** Starts one more process on the same database, with the same settings. */
  start(): Promise<ServerProcess>;
  post(path: string, json: unknown, headers?: Record<string, string>): ReturnType<Post>;
  /** The newest mail of a kind to an address, once there are `count` of them. */
  mailOf(kind: string, email: string, count?: number): Promise<OpenedMail>;
}

type Post = ServerProcess["call"];

/** Where the links of its mails lead. */
export const publicUrl = "https://auth.gatehouse.test";

/** Starts it, with passwords that are hashed fast. Everything ends and goes with it. */
export async function startMailingExecutable(
  kind: DatabaseKind,
  settings: Record<string, string> = {},
): Promise<MailingExecutable> {
  await using draft = new AsyncDisposableStack();
  const home = draft.use(await createMigratedHome(kind));
  const mail = draft.use(await startMailServer());
  const environment = {
    ENVIRONMENT: "test",
    PUBLIC_URL: publicUrl,
    JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
    BCRYPT_COST: "4",
    // The journeys send more requests than one client may.
    RATE_LIMITS_ENABLED: "false",
    SMTP_SERVER: "127.0.0.1",
    SMTP_PORT: String(mail.port),
    SMTP_TLS: "none",
    SMTP_FROM_EMAIL: "no-reply@gatehouse.test",
    ...home.settings,
    ...settings,
  };
  const servers: ServerProcess[] = [];
  let started = draft;
  const start = async (): Promise<ServerProcess> => {
    const server = started.use(await startGatehouse({ cwd: home.cwd, settings: environment }));
    servers.push(server);
    return server;
  };
  const server = await start();
  started = draft.move();
  return {
    home,
    environment,
    mail,
    server,
    servers,
    start,
    post: (path, json, headers = {}) =>
      server.call("POST", `/api/v1/auth${path}`, { json, headers }),
    mailOf: (mailKind, email, count) => arrivedMail(mail, mailKind, email, count),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** A user of whose mailbox we know. */
interface MailedUser {
  readonly email: string;
  readonly userId: string;
}

/** Registers a user who verifies the address with the mailed link, without a sign-in. */
export async function registerByMail(running: MailingExecutable): Promise<MailedUser> {
  const email = freshEmail();
  const registered = await running.post("/register", { email, password: goodPassword });
  const { token } = await running.mailOf("verify-email", email);
  const verified = await running.post("/verify-email", { token });
  if (verified.status !== 200) throw new Error(`verify: ${registered.text} ${verified.text}`);
  return { email, userId: String(registered.json.data.user_id) };
}

/** Signs the user in, and gives the access token. */
export async function signInTo(
  running: MailingExecutable,
  email: string,
  { password = goodPassword, userAgent = "A browser" } = {},
): Promise<string> {
  const answer = await running.post("/login", { email, password }, { "user-agent": userAgent });
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.text}`);
  return String(answer.json.data.access_token);
}
