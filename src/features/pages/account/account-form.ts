import type { UserActor } from "../../../kernel/context.ts";
import type { AppError, ErrorCode } from "../../../kernel/errors.ts";
import type { ResponseHeaders } from "../../../platform/http/exchange.ts";
import type { Context } from "../../../platform/platform.ts";
import type { OwnSecurity } from "../../own-account/index.ts";
import type { Page } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import type { AccountTexts } from "./account-texts.ts";

/** The path of the account page. */
export const accountPath = "/account";

/** A section of the account page. Its name is the anchor of its address. */
export type SectionId = keyof AccountTexts["sections"];

/** A success that the account page reports. */
export type DoneId = keyof AccountTexts["done"];

/** A posted form. */
export interface Submission {
  readonly ctx: Context<UserActor>;
  readonly reader: Reader;
  readonly form: Readonly<Record<string, string>>;
  readonly request: Request;
  /** The headers of the response. */
  readonly headers: ResponseHeaders;
}

/**
 * What follows a success: the account page with its report (303); a page that is shown once; or another path (303).
 */
export type Outcome =
  | { readonly done: DoneId }
  | { readonly page: Page }
  | { readonly location: string };

/** A form of the account page, as it is shown: on that page, or on a page of its own after a fault. */
export interface ShownForm {
  readonly reader: Reader;
  /** The path of the page. */
  readonly at: string;
  readonly security: OwnSecurity;
  /** The values of its fields, without passwords and codes. */
  readonly values: Readonly<Record<string, string>>;
  /** Why it is shown again. */
  readonly error: AppError | null;
}

/** A form of the account page: it posts to its path. */
export interface AccountForm<Path extends string = string> {
  readonly path: Path;
  readonly section: SectionId;
  /** The codes of errors that it shows, besides those that every form shows. */
  readonly expectedErrors: readonly ErrorCode[];
  /** What is not available, for a form that needs another service. */
  unavailableText?(reader: Reader): string;
  submit(submission: Submission): Promise<Outcome>;
  render(shown: ShownForm): string;
}
