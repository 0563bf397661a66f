import { AppError } from "../../kernel/errors.ts";
import { parseWebhookUrl } from "../../kernel/webhook-url.ts";
import type { Platform } from "../../platform/platform.ts";
import { eventTypes } from "../events/index.ts";

/** The types of events that a webhook may choose. A test is sent whatever it chooses. */
export const selectableTypes: readonly string[] = eventTypes.filter(
  (type) => type !== "webhook.test",
);

/** The URL in its normal form. Throws `VALIDATION_ERROR` for one that is not https, unless the settings allow http. */
export function checkUrl({ settings }: Platform, text: string): URL {
  const url = parseWebhookUrl(text);
  const isAllowed = url?.protocol === "https:" || settings.webhookAllowPrivate;
  if (url !== null && isAllowed) return url;
  const scheme = settings.webhookAllowPrivate ? "http or https" : "https";
  throw invalid("url", `Must be an ${scheme} URL without user, password and fragment.`);
}

/** The types without repetitions. Throws `VALIDATION_ERROR` for an unknown one. */
export function checkTypes(types: readonly string[]): string[] {
  if (types.some((type) => !selectableTypes.includes(type))) {
    throw invalid("event_types", `Must be some of ${selectableTypes.join(", ")}.`);
  }
  return [...new Set(types)];
}

function invalid(field: string, issue: string): AppError {
  return new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field, issue }],
  });
}
