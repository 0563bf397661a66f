import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A mail that was written as a file. Its HTML is as it was sent: a page must not show it as its own. */
export interface StoredMail {
  /** The name of its file without `.eml`. */
  readonly id: string;
  /** The value of `X-Gatehouse-Mail`. */
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** In the form of RFC 3339. */
  readonly date: string;
  readonly text: string;
  readonly html: string;
}

/** The form of an id: no slash, and no dot at its start, so that it names a file of its directory. */
const idForm = /^\d{8}T\d{6}\.\d{3}Z-[a-z-]{1,64}-[A-Za-z0-9._-]{1,128}$/;

const extension = ".eml";

/** The newest mails of a directory, the newest first. Empty for a directory that does not exist yet. */
export async function listStoredMails(directory: string, limit: number): Promise<StoredMail[]> {
  const names = await readdir(directory).catch(() => []);
  const ids = names
    .filter((name) => name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length))
    .toSorted()
    .toReversed()
    .slice(0, limit);
  const mails = await Promise.all(ids.map((id) => findStoredMail(directory, id)));
  return mails.filter((mail) => mail !== null);
}

/** A mail of a directory, or null for an id that is not of its form or names no file. */
export async function findStoredMail(directory: string, id: string): Promise<StoredMail | null> {
  if (!idForm.test(id)) return null;
  const file = await readFile(join(directory, `${id}${extension}`)).catch(() => null);
  if (file === null) return null;
  const { default: PostalMime } = await import("postal-mime");
  const mail = await PostalMime.parse(file);
  return {
    id,
    kind: mail.headers.find(({ key }) => key === "x-gatehouse-mail")?.value ?? "",
    from: mail.from?.address ?? "",
    to: (mail.to ?? []).map(({ address }) => address ?? "").join(", "),
    subject: mail.subject ?? "",
    date: mail.date ?? "",
    text: mail.text ?? "",
    html: mail.html ?? "",
  };
}
