import { revokeTrustedDevice, type TrustedDeviceRecord } from "../../mfa/index.ts";
import { paragraph } from "../kit/forms.ts";
import type { Reader } from "../kit/page-request.ts";
import type { AccountForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { deviceName, itemButton, renderItems, timeFact } from "./list-parts.ts";

/** The form that ends the trust in a device. */
export const revokeDeviceForm = {
  path: "/account/devices/revoke",
  section: "devices",
  expectedErrors: [],
  async submit({ ctx, form }) {
    await revokeTrustedDevice(ctx, form["id"] ?? "");
    return { done: "device" };
  },
  render: () => "",
} as const satisfies AccountForm;

/** The devices on which the user needs no second factor. */
export function renderDevices(
  { language }: Reader,
  at: string,
  devices: readonly TrustedDeviceRecord[],
): string {
  const { devices: texts, created, expires } = accountTexts[language];
  if (devices.length === 0) return paragraph(texts.none);
  const items = devices.map(({ id, userAgent, createdAt, expiresAt }) => {
    const title = deviceName(language, userAgent);
    return {
      title,
      facts: [timeFact(language, created, createdAt), timeFact(language, expires, expiresAt)],
      actions: itemButton({
        at,
        to: revokeDeviceForm.path,
        id,
        button: texts.button,
        name: title,
      }),
    };
  });
  return `${paragraph(texts.text)}\n${renderItems(items)}`;
}
