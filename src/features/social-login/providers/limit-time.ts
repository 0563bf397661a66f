import { type Provider, ProviderError } from "../provider.ts";

/**
 * The provider, each of whose functions ends after `seconds` with `ProviderError` `unavailable`: together, the requests of one
 * sign-in take longer than the time limit of each.
 */
export function limitTime(provider: Provider, seconds: number): Provider {
  const { verifyIdToken } = provider;
  return {
    ...provider,
    authorizationUrl: (request) => within(seconds, provider.authorizationUrl(request)),
    responseIssuer: () => within(seconds, provider.responseIssuer()),
    redeem: (response) => within(seconds, provider.redeem(response)),
    verifyIdToken:
      verifyIdToken && ((idToken, nonce) => within(seconds, verifyIdToken(idToken, nonce))),
  };
}

async function within<Result>(seconds: number, work: Promise<Result>): Promise<Result> {
  const expired = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => expired.reject(new ProviderError("unavailable", "provider_slow")),
    seconds * 1000,
  );
  try {
    return await Promise.race([work, expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}
