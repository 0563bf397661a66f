import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { SMTPServerOptions } from "smtp-server";
import { MailRejectedError } from "../../src/platform/mail/port.ts";
import { createSmtpMailer, type SmtpOptions } from "../../src/platform/mail/smtp.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { TEST_CERTIFICATE } from "../support/test-certificate.ts";

const clock = { now: () => new Date("2026-11-20T10:11:12.123Z") };

const message = {
  id: "0193456a-0000-7000-8000-000000000001",
  kind: "verify-email",
  to: { name: "Ada", address: "ada@example.com" },
  subject: "Hello",
  text: "Hello\n",
  html: "<p>Hello</p>",
};

function smtpMailer(server: { readonly port: number }, changes: Partial<SmtpOptions> = {}) {
  const mailer = createSmtpMailer(
    {
      host: "localhost",
      port: server.port,
      tls: "none",
      credentials: null,
      from: { name: "Gatehouse", address: "no-reply@gatehouse.test" },
      trustedCertificates: TEST_CERTIFICATE,
      ...changes,
    },
    clock,
  );
  return { ...mailer, [Symbol.asyncDispose]: () => mailer.close() };
}

/** What sending fails with; fails the test when it does not fail. */
async function failure(sending: Promise<void>): Promise<Error> {
  const outcome = await sending.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error("The mail was sent");
  return outcome;
}

/** A server that takes connections and never says a word. */
async function startSilentServer() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  return {
    port: address.port,
    connected: () => (sockets.size > 0 ? Promise.resolve() : once(server, "connection")),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((closed) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => closed());
      }),
  };
}

function refusingRecipients(responseCode: number, text: string): SMTPServerOptions {
  return {
    onRcptTo: (_address, _session, callback) =>
      callback(Object.assign(new Error(text), { responseCode })),
  };
}

describe("encryption", () => {
  // Attack: someone on the way strips STARTTLS from the server's response to read links and codes.
  test("a server without STARTTLS gets nothing in starttls mode", async () => {
    await using server = await startMailServer({ disabledCommands: ["STARTTLS"] });
    await using mailer = smtpMailer(server, { tls: "starttls" });

    expect(await failure(mailer.send(message))).not.toBeInstanceOf(MailRejectedError);
    expect(server.received).toEqual([]);
  });

  test.each(["starttls", "tls"] as const)(
    "a certificate of an unknown authority is refused in %s mode",
    async (tls) => {
      await using server = await startMailServer({ secure: tls === "tls" });
      const { trustedCertificates: _, ...trustingTheSystem } = optionsFor(server, tls);
      const mailer = createSmtpMailer(trustingTheSystem, clock);

      expect(await failure(mailer.send(message))).not.toBeInstanceOf(MailRejectedError);
      expect(server.received).toEqual([]);
      await mailer.close();
    },
  );

  test("the password is sent to the server only after encryption", async () => {
    await using server = await startMailServer({
      onAuth: (auth, session, callback) =>
        auth.password === "right" && session.secure
          ? callback(null, { user: auth.username })
          : callback(new Error("no")),
    });
    await using right = smtpMailer(server, {
      tls: "starttls",
      credentials: { username: "gatehouse", password: "right" },
    });
    await using wrong = smtpMailer(server, {
      tls: "starttls",
      credentials: { username: "gatehouse", password: "wr0ng-s3cret" },
    });

    await right.send(message);
    const refusal = await failure(wrong.send(message));

    expect(server.received.map((mail) => [mail.username, mail.encrypted])).toEqual([
      ["gatehouse", true],
    ]);
    expect(refusal).not.toBeInstanceOf(MailRejectedError);
    expect(Bun.inspect(refusal)).not.toContain("wr0ng-s3cret");
    expect(Bun.inspect(refusal)).not.toContain(btoa("\u0000gatehouse\u0000wr0ng-s3cret"));
  });
});

function optionsFor(server: MailServer, tls: SmtpOptions["tls"]): SmtpOptions {
  return {
    host: "localhost",
    port: server.port,
    tls,
    credentials: null,
    from: { name: "Gatehouse", address: "no-reply@gatehouse.test" },
    trustedCertificates: TEST_CERTIFICATE,
  };
}

describe("refusals", () => {
  test.each([
    [550, "5.1.1 No such mailbox"],
    [550, "No such user here"],
    [551, "User not local"],
    [553, "5.1.3 Bad mailbox name"],
  ])("%d %s is permanent", async (code, text) => {
    await using server = await startMailServer(refusingRecipients(code, text));
    await using mailer = smtpMailer(server);

    expect(await failure(mailer.send(message))).toBeInstanceOf(MailRejectedError);
  });

  test.each([
    [421, "4.3.2 Shutting down"],
    [450, "4.2.0 Greylisted, come back later"],
    [452, "4.2.2 Mailbox full"],
    [530, "5.7.0 Authentication required"],
    [554, "5.7.1 Relay access denied"],
  ])("%d %s is retried", async (code, text) => {
    await using server = await startMailServer(refusingRecipients(code, text));
    await using mailer = smtpMailer(server);

    expect(await failure(mailer.send(message))).not.toBeInstanceOf(MailRejectedError);
  });

  test("a refused sender is retried", async () => {
    await using server = await startMailServer({
      onMailFrom: (_address, _session, callback) =>
        callback(Object.assign(new Error("5.1.8 Sender unknown"), { responseCode: 550 })),
    });
    await using mailer = smtpMailer(server);

    expect(await failure(mailer.send(message))).not.toBeInstanceOf(MailRejectedError);
  });

  test("a refused mail does not block the next one", async () => {
    await using server = await startMailServer({
      onRcptTo: (address, _session, callback) =>
        address.address.startsWith("unknown")
          ? callback(Object.assign(new Error("5.1.1 No such mailbox"), { responseCode: 550 }))
          : callback(),
    });
    await using mailer = smtpMailer(server);

    await failure(mailer.send({ ...message, to: { name: "", address: "unknown@example.com" } }));
    await mailer.send(message);

    expect(server.received.map((mail) => mail.recipients)).toEqual([["ada@example.com"]]);
  });
});

describe("a mail server in trouble", () => {
  test("mails fail while it is down, and are sent when it is back", async () => {
    const lost = await startMailServer();
    await using mailer = smtpMailer(lost);
    await mailer.send(message);
    await lost[Symbol.asyncDispose]();

    expect(await failure(mailer.send(message))).not.toBeInstanceOf(MailRejectedError);

    await using back = await startMailServer({}, lost.port);
    await mailer.send(message);
    expect(back.received).toHaveLength(1);
  });

  test("a silent server is abandoned after the timeout", async () => {
    await using server = await startSilentServer();
    await using mailer = smtpMailer(server, { sendTimeoutSeconds: 0.3 });

    expect(await failure(mailer.send(message))).not.toBeInstanceOf(MailRejectedError);
  });

  test("closing waits for a mail that is being sent", async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await using server = await startMailServer({
      onData: (stream, _session, callback) => {
        stream.resume();
        stream.on("end", () => {
          arrive();
          void released.then(() => callback());
        });
      },
    });
    const mailer = smtpMailer(server);
    const sending = mailer.send(message);
    await arrived;

    const closing = mailer.close();
    release();

    expect(await sending).toBeUndefined();
    await closing;
  });

  test("closing aborts a mail that cannot be sent", async () => {
    await using server = await startSilentServer();
    const mailer = smtpMailer(server, { closeTimeoutSeconds: 0.1 });
    const sending = failure(mailer.send(message));
    await server.connected();

    await mailer.close();

    expect(await sending).not.toBeInstanceOf(MailRejectedError);
  });
});

test("a mailer that was closed before its first mail sends none", async () => {
  await using server = await startMailServer();
  const mailer = smtpMailer(server);
  await mailer.close();
  expect((await failure(mailer.send(message))).name).toBe("AbortError");
  expect(server.received).toEqual([]);
});

test("a mailer that is closed while its first mail waits sends that one, and no other", async () => {
  await using server = await startMailServer();
  const mailer = smtpMailer(server);
  const sending = mailer.send(message);
  await mailer.close();
  await sending;
  await failure(mailer.send(message));
  expect(server.received).toHaveLength(1);
});
