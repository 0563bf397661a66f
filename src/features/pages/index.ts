export { errorPage } from "./kit/error-page.ts";
export { pageHeaders } from "./kit/layout.ts";
export { otherSitePage } from "./kit/other-site.ts";
export { readerOf } from "./kit/page-request.ts";
export { hasMailbox, mailboxPath, mailDirectoryOf, mailPath } from "./mailbox/mailbox.ts";
export { mailboxRoutes } from "./mailbox/mailbox-routes.ts";
export { setUpPath } from "./set-up/set-up-page.ts";
export { pagesRoutes } from "./routes.ts";
