import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { createMailer } from "../../src/platform/mail/create-mailer.ts";
import { createMemoryMailer } from "../../src/platform/mail/memory.ts";
import { type Mailer, type MailMessage, MailRejectedError } from "../../src/platform/mail/port.ts";
import { startMailServer } from "../support/mail-server.ts";
import { TEST_CERTIFICATE } from "../support/test-certificate.ts";

const from = { name: 'Gatehouse, "tests"', address: "no-reply@gatehouse.test" };
const clock = { now: () => new Date("2026-11-20T10:11:12.123Z") };

interface Subject extends AsyncDisposable {
  readonly mailer: Mailer;
  /** The mails that arrived, as they went over the wire. */
  readonly arrived: () => Promise<string[]>;
}

async function smtpSubject(tls: "starttls" | "tls" | "none"): Promise<Subject> {
  const server = await startMailServer({ secure: tls === "tls" });
  const mailer = createMailer(
    {
      transport: "smtp",
      host: "localhost",
      port: server.port,
      tls,
      credentials: null,
      from,
      trustedCertificates: TEST_CERTIFICATE,
    },
    clock,
  );
  return {
    mailer,
    arrived: async () => {
      for (const mail of server.received) {
        expect(mail.sender).toBe(from.address);
        expect(mail.recipients).toHaveLength(1);
        expect(mail.encrypted).toBe(tls !== "none");
      }
      return server.received.map((mail) => mail.raw);
    },
    [Symbol.asyncDispose]: async () => {
      await mailer.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function fileSubject(): Promise<Subject> {
  const parent = await mkdtemp(join(tmpdir(), "gatehouse-mail-"));
  const directory = join(parent, "made", "when-needed");
  const mailer = createMailer({ transport: "file", directory, from }, clock);
  return {
    mailer,
    arrived: async () => {
      const names = await readdir(directory).catch(() => []);
      return await Promise.all(names.map((name) => Bun.file(join(directory, name)).text()));
    },
    [Symbol.asyncDispose]: async () => {
      await mailer.close();
      await rm(parent, { recursive: true });
    },
  };
}

async function memorySubject(): Promise<Subject> {
  const mailer = createMemoryMailer(from, clock);
  return {
    mailer,
    arrived: async () => mailer.sent.map((mail) => mail.raw),
    [Symbol.asyncDispose]: () => mailer.close(),
  };
}

const adapters: [name: string, make: () => Promise<Subject>][] = [
  ["smtp, tls none", () => smtpSubject("none")],
  ["smtp, tls starttls", () => smtpSubject("starttls")],
  ["smtp, tls from the first byte", () => smtpSubject("tls")],
  ["file", fileSubject],
  ["memory", memorySubject],
];

function message(changes: Partial<MailMessage> = {}): MailMessage {
  return {
    id: "0193456a-0000-7000-8000-000000000001",
    kind: "verify-email",
    to: { name: "Ada Lovelace", address: "ada@example.com" },
    subject: "Confirm your e-mail address",
    text: "Hello,\n\n123456\n",
    html: "<p>Hello,</p><p>123456</p>",
    ...changes,
  };
}

/** What a mail program would show, and every header field with its name in lower case. */
async function read(raw: string | undefined) {
  const mail = await PostalMime.parse(raw ?? "");
  const header = (name: string) =>
    mail.headers.filter((field) => field.key === name).map((field) => field.value);
  return { mail, header };
}

for (const [name, make] of adapters) {
  describe(`a mailer: ${name}`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await make();
    });
    afterAll(async () => {
      await subject[Symbol.asyncDispose]();
    });

    /** The one mail that arrived with this id. */
    async function arrivedWith(id: string) {
      const matching = (await subject.arrived()).filter((raw) =>
        raw.includes(`<${id}@gatehouse.test>`),
      );
      expect(matching).toHaveLength(1);
      return await read(matching[0]);
    }

    test("delivers both parts, the kind, the sender and the recipient", async () => {
      await subject.mailer.send(message({ id: "both-parts" }));

      const { mail, header } = await arrivedWith("both-parts");
      expect(mail.from).toEqual(from);
      expect(mail.to).toEqual([{ name: "Ada Lovelace", address: "ada@example.com" }]);
      expect(mail.subject).toBe("Confirm your e-mail address");
      expect(mail.text?.trim()).toBe("Hello,\n\n123456");
      expect(mail.html?.trim()).toBe("<p>Hello,</p><p>123456</p>");
      expect(header("x-gatehouse-mail")).toEqual(["verify-email"]);
      expect(header("auto-submitted")).toEqual(["auto-generated"]);
      expect(header("message-id")).toEqual(["<both-parts@gatehouse.test>"]);
      expect(mail.date).toBe("2026-11-20T10:11:12.000Z");
    });

    test("keeps a link of an ASCII text on one line, however long", async () => {
      const link = `https://auth.example.com/verify-email?token=${"Az0-_".repeat(60)}&x==3D`;
      await subject.mailer.send(
        message({ id: "long-link", text: `Open this:\n\n${link}\n\n.\n.dot\nEnd\n` }),
      );

      const raw = (await subject.arrived()).find((text) =>
        text.includes("<long-link@gatehouse.test>"),
      );
      expect(raw?.split(/\r?\n/)).toContain(link);
      const { mail } = await read(raw);
      expect(mail.text?.trim()).toBe(`Open this:\n\n${link}\n\n.\n.dot\nEnd`);
    });

    test("carries every script, and text that no line of a mail could hold", async () => {
      const changes = {
        id: "scripts",
        to: { name: 'Žofie 李 "Q" <x@y>', address: "zofie@bücher.example" },
        subject: "Grüße, 李 🎉 und noch ein langer Betreff, der gefaltet werden muß",
        text: `Grüße 🎉\n${"lang ".repeat(300)}`,
        html: "<p>Grüße 🎉</p>",
      };
      await subject.mailer.send(message(changes));

      const { mail } = await arrivedWith("scripts");
      expect(mail.to?.[0]?.name).toBe(changes.to.name);
      expect(mail.to).toHaveLength(1);
      expect(mail.subject).toBe(changes.subject);
      expect(mail.text?.trim()).toBe(changes.text.trim());
      expect(mail.html?.trim()).toBe(changes.html);
    });

    // security 65
    test("a line break in a name or a subject adds no header and no recipient", async () => {
      const injection =
        "x\r\nBcc: eve@evil.example\r\nX-Evil: 1\r\n\r\n<script>\u0000\u2028Cc: eve@evil.example\rTo: e";
      await subject.mailer.send(
        message({
          id: "injection",
          to: { name: injection, address: "ada@example.com" },
          subject: injection,
        }),
      );

      const { mail, header } = await arrivedWith("injection");
      expect(mail.to?.map((to) => to.address)).toEqual(["ada@example.com"]);
      expect([mail.bcc, mail.cc]).toEqual([undefined, undefined]);
      expect(header("x-evil")).toEqual([]);
      expect(header("to")).toHaveLength(1);
      expect(header("subject")).toHaveLength(1);
      expect(mail.text?.trim()).toBe("Hello,\n\n123456");
    });

    // security 65
    test.each([
      "ada@example.com\r\nBcc: eve@evil.example",
      "ada@example.com\nRCPT TO:<eve@evil.example>",
      "ada@example.com, eve@evil.example",
      "ada@example.com;eve@evil.example",
      "ada@example.com> <eve@evil.example",
      "<ada@example.com>",
      "ada@example.com eve@evil.example",
      "ada@eve@evil.example",
      "team: ada@example.com;",
      '"ada"@example.com',
      "ada(eve@evil.example)@example.com",
      "ada\u0000@example.com",
      "\ud800@example.com",
      "@example.com",
      "ada",
      "",
    ])("refuses the address %j for good and sends nothing", async (address) => {
      const before = await subject.arrived();

      const sending = subject.mailer.send(message({ id: "refused", to: { name: "Ada", address } }));

      expect(sending).rejects.toBeInstanceOf(MailRejectedError);
      await sending.catch(() => {});
      expect(await subject.arrived()).toEqual(before);
    });

    test("gives a mail that is sent again the same Message-ID", async () => {
      await subject.mailer.send(message({ id: "again", kind: "magic-link" }));
      await subject.mailer.send(
        message({ id: "again", kind: "magic-link", subject: "Second try" }),
      );

      const arrived = await Promise.all((await subject.arrived()).map(read));
      const ids = arrived.flatMap(({ header }) =>
        header("x-gatehouse-mail")[0] === "magic-link" ? header("message-id") : [],
      );
      expect(new Set(ids)).toEqual(new Set(["<again@gatehouse.test>"]));
    });

    test("accepts many mails at once and loses none", async () => {
      const ids = Array.from({ length: 30 }, (_, index) => `many-${index}`);

      await Promise.all(ids.map((id) => subject.mailer.send(message({ id }))));

      for (const id of ids) await arrivedWith(id);
    });

    test("refuses an id or a kind that does not belong in a header or a file name", async () => {
      expect(subject.mailer.send(message({ id: "../../up" }))).rejects.toBeInstanceOf(TypeError);
      expect(
        subject.mailer.send(message({ kind: "x\r\nBcc: eve@evil.example" })),
      ).rejects.toBeInstanceOf(TypeError);
    });

    test("closes more than once", async () => {
      const { mailer, [Symbol.asyncDispose]: dispose } = await make();
      await mailer.close();
      await mailer.close();
      await dispose();
    });
  });
}

describe("the mailer of an installation without mail", () => {
  test("accepts every message and closes", async () => {
    const mailer = createMailer({ transport: "none" }, clock);

    expect(await mailer.send(message())).toBeUndefined();
    expect(await mailer.close()).toBeUndefined();
  });
});
