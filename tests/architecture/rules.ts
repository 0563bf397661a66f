import { effectRules } from "./rules/effects.ts";
import { elysiaRules } from "./rules/elysia.ts";
import { packageRules } from "./rules/packages.ts";
import { ringRules } from "./rules/rings.ts";
import { styleRules } from "./rules/style.ts";
import { wordRules } from "./rules/words.ts";
import type { Rule } from "./source-tree.ts";

/** Every rule of the architecture; each has its planted violations in `planted/`. */
export const rules: readonly Rule[] = [
  ...ringRules,
  ...packageRules,
  ...effectRules,
  ...elysiaRules,
  ...styleRules,
  ...wordRules,
];
