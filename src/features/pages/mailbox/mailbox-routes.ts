import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import type { RouteParts } from "../../../platform/http/route-kit.ts";
import {
  findStoredMail,
  listStoredMails,
  type StoredMail,
} from "../../../platform/mail/mail-directory.ts";
import { showPage } from "../kit/layout.ts";
import { type Reader, readerOf } from "../kit/page-request.ts";
import { isOwnHost, mailDirectoryOf } from "./mailbox.ts";
import { mailFrame, mailFramePolicy, mailListPage, mailPage } from "./mailbox-pages.ts";

const listedMails = 100;

/** The mailbox of a development installation, in English. It must not be served where `hasMailbox` is false. */
export function mailboxRoutes({ kit, platform }: Pick<RouteParts, "kit" | "platform">) {
  const { settings } = platform;
  const directory = mailDirectoryOf(settings);

  function englishReader(request: Request): Reader {
    if (!isOwnHost(request, settings)) throw notFound();
    return { ...readerOf(request, settings), language: "en" };
  }

  async function getMail(id: string): Promise<StoredMail> {
    const mail = await findStoredMail(directory, id);
    if (mail === null) throw notFound();
    return mail;
  }

  return new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      "/dev/mail",
      async ({ request, set }) => {
        const reader = englishReader(request);
        const mails = await listStoredMails(directory, listedMails);
        return showPage(set, reader, 200, mailListPage(reader, mails, listedMails));
      },
      { anyone: true },
    )
    .get(
      "/dev/mail/:id",
      async ({ request, params, set }) => {
        const reader = englishReader(request);
        const mail = await getMail(params.id);
        return showPage(set, { ...reader, hasFrame: true }, 200, mailPage(reader, mail));
      },
      { anyone: true },
    )
    .get(
      "/dev/mail/:id/html",
      async ({ request, params, set }) => {
        const reader = englishReader(request);
        const { html } = await getMail(params.id);
        const page = showPage(set, reader, 200, mailFrame(html));
        set.headers["content-security-policy"] = mailFramePolicy(settings.publicUrl);
        return page;
      },
      { anyone: true },
    );
}

function notFound(): AppError {
  return new AppError("NOT_FOUND", "No resource exists at this path.");
}
