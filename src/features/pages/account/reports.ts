import { alert } from "../kit/forms.ts";
import type { Reader } from "../kit/page-request.ts";
import type { DoneId } from "./account-form.ts";
import { doneReport } from "./account-page.ts";
import { accountTexts } from "./account-texts.ts";

/**
 * What has just been done or failed, by the query of the account page, as HTML; null for nothing. The query names fixed texts:
 * anyone can make an address with it.
 */
export function findReport(
  reader: Reader,
  { done, linked, error }: Readonly<Record<string, unknown>>,
): string | null {
  const { linkFaults, linkFault } = accountTexts[reader.language];
  if (typeof error === "string") {
    const known = Object.entries(linkFaults).find(([code]) => code === error);
    return alert(known?.[1] ?? linkFault);
  }
  if (typeof linked === "string") return doneReport(reader, "linked");
  const known = Object.keys(accountTexts.en.done).find((id) => id === done);
  return known === undefined ? null : doneReport(reader, asDoneId(known));
}

/** For the keys of the texts. */
function asDoneId(id: string): DoneId {
  return id as DoneId;
}
