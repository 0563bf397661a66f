import { ProviderError } from "../../../features/social-login/index.ts";
import type { Check } from "../check.ts";
import { fail, ok, skip } from "../finding.ts";

/** Whether the providers of social login respond: their discovery and keys, or an endpoint of those without. */
export const providersCheck: Check = {
  name: "social-login",
  needs: [],
  timeoutSeconds: 15,
  async run({ providers }) {
    if (providers.size === 0) return [skip("social-login", "no provider is on")];
    return Promise.all(
      [...providers.values()].map(async (provider) => {
        const name = `social-login-${provider.name}`;
        try {
          await provider.assertReachable();
          return ok(name, "responds");
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          const advice =
            "check the provider's settings and the way to it: see docs/social-login.md";
          return fail(name, `cannot be used (${error.reason})`, advice);
        }
      }),
    );
  },
};
