import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileMailer } from "../../src/platform/mail/file.ts";

const from = { name: "Gatehouse", address: "no-reply@gatehouse.test" };

const message = {
  id: "0193456a-0000-7000-8000-000000000001",
  kind: "verify-email",
  to: { name: "Ada", address: "ada@example.com" },
  subject: "Hello",
  text: "Open this:\n\nhttp://localhost:8000/verify-email?token=abc\n",
  html: "<p>Hello</p>",
};

let parent: string;
let directory: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "gatehouse-mail-"));
  directory = join(parent, "mail");
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

test("a mail is one file whose name has the time and the kind", async () => {
  const mailer = createFileMailer(
    { directory, from },
    { now: () => new Date("2026-11-20T10:11:12.123Z") },
  );

  await mailer.send(message);

  expect(await readdir(directory)).toEqual([`20261120T101112.123Z-verify-email-${message.id}.eml`]);
});

test("the names sort by time", async () => {
  const times = [
    "2026-11-20T10:11:12.123Z",
    "2026-11-20T10:11:12.124Z",
    "2026-12-01T00:00:00.000Z",
  ];
  const clock = { now: () => new Date(times.shift() ?? 0) };
  const mailer = createFileMailer({ directory, from }, clock);

  for (const kind of ["verify-email", "magic-link", "account-exists"])
    await mailer.send({ ...message, kind });

  const kinds = (await readdir(directory))
    .toSorted()
    .map((name) => /Z-([a-z-]+)-\d/.exec(name)?.[1]);
  expect(kinds).toEqual(["verify-email", "magic-link", "account-exists"]);
});

test("only the owner of the process can read mails", async () => {
  const mailer = createFileMailer({ directory, from }, { now: () => new Date(0) });

  await mailer.send(message);

  const [name = ""] = await readdir(directory);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
});

test("a link at the end of a line has no carriage return", async () => {
  const mailer = createFileMailer({ directory, from }, { now: () => new Date(0) });

  await mailer.send(message);

  const [name = ""] = await readdir(directory);
  const content = await Bun.file(join(directory, name)).text();
  expect(/^http.*$/m.exec(content)?.[0]).toBe("http://localhost:8000/verify-email?token=abc");
  expect(content).not.toContain("\r");
});

test("a mail that cannot be written fails, leaves no partial file, and can be sent again", async () => {
  const mailer = createFileMailer({ directory, from }, { now: () => new Date(0) });
  const name = `19700101T000000.000Z-verify-email-${message.id}.eml`;
  // A directory in the way of the last step works for every user, root included.
  await mkdir(join(directory, name), { recursive: true });

  const outcome = await mailer.send(message).then(
    () => "sent",
    (error: unknown) => error,
  );

  expect(outcome).toBeInstanceOf(Error);
  expect(await readdir(directory)).toEqual([name]);
  await rm(join(directory, name), { recursive: true });
  await mailer.send(message);
  expect((await stat(join(directory, name))).isFile()).toBe(true);
});
