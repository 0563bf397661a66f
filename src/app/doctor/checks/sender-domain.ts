import { isPrivateHost } from "../../../platform/config/providers/private-hosts.ts";
import type { Check, ResolveText } from "../check.ts";
import { type Finding, ok, skip, warn } from "../finding.ts";

/** Whether the DNS of the sender's domain says what receivers ask it: SPF, DKIM and DMARC. */
export const senderDomainCheck: Check = {
  name: "sender-domain",
  needs: ["SMTP_FROM_EMAIL", "MAIL_TRANSPORT"],
  timeoutSeconds: 12,
  async run({ platform, smtp, resolveText }) {
    const domain = platform.settings.smtpFromEmail.replace(/^.*@/, "").toLowerCase();
    if (smtp === null) return [skip("sender-domain", "no mail goes by SMTP")];
    if (isPrivateHost(domain) || /\.(?:test|example|invalid)$/.test(domain)) {
      return [skip("sender-domain", `${domain} is not a public domain`)];
    }
    return Promise.all([
      spfFinding(domain, resolveText),
      dkimFinding(domain, resolveText),
      dmarcFinding(domain, resolveText),
    ]);
  },
};

/** The TXT records of a name, each as one text. `missing`: there is no such name; `unknown`: DNS gave no answer. */
type Texts = readonly string[] | "missing" | "unknown";

async function textsOf(name: string, resolve: ResolveText): Promise<Texts> {
  try {
    return (await resolve(name)).map((parts) => parts.join(""));
  } catch (error) {
    const code = error instanceof Error ? String(Reflect.get(error, "code")) : "";
    if (code.endsWith("ENOTFOUND")) return "missing";
    return code.endsWith("ENODATA") ? [] : "unknown";
  }
}

function unknown(name: string, host: string): Finding {
  return skip(name, `no answer from DNS about ${host}`, "check that this machine can ask DNS");
}

/** RFC 7208 §4.5: exactly one record. */
async function spfFinding(domain: string, resolve: ResolveText): Promise<Finding> {
  const texts = await textsOf(domain, resolve);
  if (texts === "unknown") return unknown("spf", domain);
  const records = (texts === "missing" ? [] : texts).filter((text) => /^v=spf1(?: |$)/i.test(text));
  const [record] = records;
  if (record === undefined) {
    const advice = "publish one that lists the mail server; its operator gives the text";
    return warn("spf", `${domain} has no SPF record`, advice);
  }
  if (records.length > 1) {
    return warn("spf", `${domain} has ${records.length} SPF records`, "join them to one");
  }
  if (/(?:^| )[+?]?all\b/i.test(record)) {
    return warn("spf", "the record lets every server send", "end it with ~all or -all");
  }
  return ok("spf", `${domain} has a record`);
}

/**
 * The selector of the key is known to the mail server alone. If no selector exists, DNS says that the name above all of them
 * does not exist (RFC 8020).
 */
async function dkimFinding(domain: string, resolve: ResolveText): Promise<Finding> {
  const name = `_domainkey.${domain}`;
  const texts = await textsOf(name, resolve);
  if (texts === "unknown") return unknown("dkim", name);
  if (texts === "missing") {
    const advice =
      "publish the key with which the mail server signs; its operator gives the record";
    return warn("dkim", `${domain} has no DKIM key`, advice);
  }
  return ok("dkim", `${domain} has keys; only a received mail shows whether one of them signs`);
}

/** RFC 7489 §6.6.3: the record of the domain, or else of a domain above it. */
async function dmarcFinding(domain: string, resolve: ResolveText): Promise<Finding> {
  const labels = domain.split(".");
  for (let start = 0; start <= labels.length - 2; start += 1) {
    const owner = labels.slice(start).join(".");
    const texts = await textsOf(`_dmarc.${owner}`, resolve);
    if (texts === "unknown") return unknown("dmarc", `_dmarc.${owner}`);
    const record = (texts === "missing" ? [] : texts).find((text) => /^v=DMARC1\b/.test(text));
    if (record === undefined) continue;
    const [, policy = "none"] = /;\s*p\s*=\s*(\w+)/i.exec(record) ?? [];
    return ok("dmarc", `${owner} has a record with the policy ${policy.toLowerCase()}`);
  }
  const advice = `publish a TXT record at _dmarc.${domain}, first with p=none`;
  return warn("dmarc", `${domain} has no DMARC record`, advice);
}
