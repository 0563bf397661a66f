import { Command, InvalidArgumentError } from "commander";

import { createUser } from "../../features/user-administration/index.ts";
import { acceptableProfile, type ForeignProfile } from "../../features/users/index.ts";
import { asOperator } from "./as-operator.ts";
import { collect, readEmail, readUsername } from "./read-arguments.ts";

interface UsersCreateOptions {
  readonly email: string;
  readonly username?: string;
  readonly name?: string;
  readonly locale?: string;
  readonly role: readonly string[];
}

/** `gatehouse users create`: invites a user, who chooses the password through a mailed link. */
export function usersCreateCommand(): Command {
  return new Command("create")
    .description("create an account, and mail its owner a link to choose a password")
    .requiredOption("--email <address>", "the email address", readEmail)
    .option("--username <name>", "the username", readUsername)
    .option("--name <name>", "the name that the user is addressed by", readProfile("name"))
    .option("--locale <tag>", "the language of the mails, such as de", readProfile("locale"))
    .option("--role <name>", "a role, which may be given several times", collect, [])
    .action(async ({ role, ...profile }: UsersCreateOptions, command: Command) => {
      const { user, sendsMail } = await asOperator(command, async (ctx) => ({
        user: await createUser(ctx, { ...profile, roles: [...role] }),
        sendsMail: ctx.settings.mailTransport !== "none",
      }));
      process.stdout.write(`created ${user.email} (${user.id})\n`);
      process.stderr.write(
        sendsMail
          ? "The server mails the user a link to choose a password.\n"
          : "No mail is sent (MAIL_TRANSPORT=none): set a password by users set-password.\n",
      );
    });
}

/** A parser of a value of the profile. It throws `InvalidArgumentError`. */
function readProfile(field: "name" | "locale"): (text: string) => string {
  return (text) => {
    const given: ForeignProfile = { name: null, avatarUrl: null, locale: null, [field]: text };
    const accepted = acceptableProfile(given)[field];
    if (accepted !== null) return accepted;
    throw new InvalidArgumentError(
      field === "name"
        ? "It must be 1 to 200 characters long."
        : "It must be a language tag such as de.",
    );
  };
}
