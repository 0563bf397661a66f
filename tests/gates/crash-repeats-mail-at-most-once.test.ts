import { expect, setDefaultTimeout, test } from "bun:test";

import { createMigratedHome } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";

setDefaultTimeout(60_000);

type Step = "is given a mail" | "has taken a mail";

/** A mail server that calls `onStep` in the middle of each conversation; what it has taken is in `taken`. */
async function startWatchedServer(step: Step, onStep: () => void) {
  const taken: { to: string[]; id: string }[] = [];
  const server: MailServer = await startMailServer({
    onMailFrom(_address, _session, callback) {
      if (step === "is given a mail") onStep();
      callback();
    },
    onData(stream, { envelope }, callback) {
      let raw = "";
      stream.on("data", (chunk: Buffer) => {
        raw += chunk.toString();
      });
      stream.on("end", () => {
        const id = /^Message-ID: (.+)$/im.exec(raw)?.[1] ?? "none";
        taken.push({ to: envelope.rcptTo.map(({ address }) => address), id });
        if (step === "has taken a mail") onStep();
        callback();
      });
    },
  });
  return { port: server.port, taken, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

// The bad day: the process is killed between the sending of a mail and the note that it was sent.
test.each<[Step, number]>([
  ["is given a mail", 0],
  ["has taken a mail", 1],
])(
  "after a crash at which the mail server %s, the mail is sent once more",
  async (step, before) => {
    await using home = await createMigratedHome("postgres");
    let crash = (): void => undefined;
    await using mail = await startWatchedServer(step, () => crash());
    const settings = {
      ...home.settings,
      ENVIRONMENT: "test",
      BCRYPT_COST: "4",
      SMTP_SERVER: "127.0.0.1",
      SMTP_PORT: String(mail.port),
      SMTP_TLS: "none",
      SMTP_FROM_EMAIL: "no-reply@gatehouse.test",
    };
    const row = async () => (await home.rows("select * from outbox where topic = 'mail'"))[0];

    const email = freshEmail();
    await using killed = await startGatehouse({ ...home, settings });
    crash = () => killed.signal("SIGKILL");
    const registering = killed.post("/api/v1/auth/register", { email, password: goodPassword });
    await Promise.allSettled([registering, killed.exited]);
    crash = () => undefined;
    expect(await row()).toMatchObject({ attempts: 1, delivered_at: null });
    expect(mail.taken).toHaveLength(before);

    // The killed process's lease would run out by itself, after two minutes.
    await home.rows("update outbox set available_at = now() where topic = 'mail'");
    await using next = await startGatehouse({ ...home, settings });
    await eventually(row, (found) => found?.["delivered_at"] !== null, 20);
    expect(await row()).toMatchObject({ attempts: 2, sealed: null, last_error: null });
    expect(await next.stop()).toBe(0);
    const [first] = mail.taken;
    expect(first?.to).toEqual([email]);
    // A reader's mail program knows the second copy by its Message-ID.
    expect(new Set(mail.taken.map(({ id }) => id)).size).toBe(1);
    expect(mail.taken).toHaveLength(before + 1);
  },
);
