import { breaks, keeps, type Planted } from "./planted.ts";

const words = "plain words";
const file = "src/kernel/ids.ts";
const page = "docs/sessions.md";

/** Planted violations of the word list. */
export const plantedWords: readonly Planted[] = [
  breaks(words, file, "// A user is mailed when she signs in.", 1),
  breaks(words, page, "# Roles\n\nNobody grants what she lacks.", 3, 3),
  breaks(words, page, "It is `hers`, herself; his, himself, him and he.", 1, 1, 1, 1, 1, 1),
  breaks(words, file, "const herRoles = rolesOf(user);", 1),
  breaks(words, file, 'throw new Error("somebody else has the address of anybody");', 1, 1),
  breaks(words, ".env.example", "# Whoever sets it.\n#NAME=value", 1),
  breaks(words, file, "/**\n * Kept for\n * ever.\n */", 2),
  breaks(words, "examples/nginx/nginx.conf", "# The door.\nevents {}", 1),
  breaks(words, "src/app/short-way.ts", "", 1),
  breaks(words, file, "const longWay = openShortWays();", 1, 1),
  breaks(words, file, "import { hotStatement } from './hot-statement.ts';", 1, 1),
  breaks(words, file, "// An address book, an index-of-sets and a memory line.", 1, 1, 1),
  breaks(words, file, "// What was swept; the sweeper sweeps.", 1, 1, 1),
  breaks(words, page, "Keys are tended, tokens judged, users governed.", 1, 1, 1),
  breaks(words, page, "A mail challenge and its holder.", 1, 1),
  breaks(words, file, "const knownTokens = recall(token);", 1, 1),
  breaks(words, page, "A living session, and a deed of this moment.", 1, 1, 1),
  breaks(words, "README.md", "```sh\n# Make an account.\n```", 2),

  keeps(words, page, "The other theory: there, sheet, shell, ether and adhere."),
  keeps(
    words,
    page,
    "Outdoor doorways, placeholders, stakeholders, momentum, governments, tendencies.",
  ),
  keeps(words, page, "A long path, a short time; not for everyone."),
  keeps(words, page, "The response answers the caller; the token is known. Tokens expire."),
  keeps(words, file, "await db.execute(sql`delete from mail_challenges`);"),
  keeps(words, page, "It is what it is for. Ever since 15, keys rotate."),
  keeps(words, file, "Bun.shrink(); const text = given; const placeholder = 1;"),
  keeps(words, file, 'const key = "aGVyHe7sHer+QHisX2she9"; // not split into words'),
  keeps(words, page, "`ada@example.com` is the address of Ada, and of Herschel."),
];
