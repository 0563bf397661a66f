import { expect, test } from "bun:test";

import { newPassword } from "../support/password-reset.ts";
import { getLink, linkKinds, pressItsButton } from "../support/mailed-links.ts";
import { openPage, pathFrom, press } from "../support/page-forms.ts";
import { useTestApp } from "../support/test-app.ts";

/** Where the button of the magic link leads. */
const account = "http://localhost:8000/account";
const app = useTestApp({ settings: { LOG_LEVEL: "trace" } });

// Failure: a table is missing, so that every error of a query is logged.
// security 71
test.each([...linkKinds])(
  "the token of %s is in no log line and no header, and is not sent to another origin, also after errors",
  async (kind) => {
    const { email, link, token, code } = await getLink(app, kind);
    const page = await openPage(app, link);
    const answers = [page, await app.call("GET", `${pathFrom(link)}&x=${token}`)];
    answers.push(await app.call("GET", `/${kind}/${token}`), await app.call("PUT", pathFrom(link)));
    answers.push(await app.call("POST", pathFrom(link), { json: { token } }));
    answers.push(await app.call("POST", pathFrom(link), { form: { token: `${token}x` } }));

    await app.rows("alter table mail_challenges rename to away");
    const ask = { text: '<form method="post" action=""><button type="submit">x</button></form>' };
    try {
      answers.push(await pressItsButton(app, page));
      const path = `/${kind}/code`;
      const entered = { email, code: code || "123456" };
      if (kind === "magic-link") answers.push(await press(app, { ...ask, path }, "x", { entered }));
    } finally {
      await app.rows("alter table away rename to mail_challenges");
    }
    answers.push(await pressItsButton(app, page), await pressItsButton(app, page));

    const secrets = [token, newPassword, ...(code === "" ? [] : [`"${code}"`])];
    for (const secret of secrets) {
      expect(app.log.filter((line) => line.includes(secret))).toEqual([]);
      for (const { headers } of answers) {
        expect(JSON.stringify([...headers])).not.toContain(secret);
      }
    }
    for (const { headers } of answers) {
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("location") ?? account).toBe(account);
    }
    expect(app.log.some((line) => line.includes("request failed"))).toBe(true);
  },
);
