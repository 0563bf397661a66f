import type { Context } from "../../platform/platform.ts";
import { type ClientRecord, isPublicClient } from "../clients/index.ts";
import type { Destination } from "./find-destination.ts";
import type { RequestFault } from "./outcome.ts";
import type { AuthorizationParameters } from "./parameters.ts";

/** A request whose client and redirect URI are right. */
export interface CheckedRequest extends AuthorizationParameters, Destination {}

type RequestCheck = (request: CheckedRequest, ctx: Context) => RequestFault | null;

/** The first fault of a request, or null. The order is that in which errors are reported. */
export function findFault(ctx: Context, request: CheckedRequest): RequestFault | null {
  for (const check of requestChecks) {
    const fault = check(request, ctx);
    if (fault !== null) return fault;
  }
  return null;
}

/** The rules for a request itself, each with its section. */
const requestChecks: readonly RequestCheck[] = [
  // RFC 6749 §3.1; RFC 8707 §2 allows several resources, of which this server takes one.
  function parametersAreSentOnce({ repeated }) {
    const [name] = repeated;
    if (name === undefined) return null;
    if (name === "resource") return fault("invalid_target", "Only one resource is supported.");
    return fault("invalid_request", `${name} cannot be read: it is sent twice or is not UTF-8.`);
  },
  // OpenID Connect Core §6.1, §3.1.2.6
  function thereIsNoRequestObject({ values }) {
    if (values.request === undefined) return null;
    return fault("request_not_supported", "Request objects are not supported.");
  },
  // OpenID Connect Core §6.2, §3.1.2.6
  function thereIsNoRequestUri({ values }) {
    if (values.request_uri === undefined) return null;
    return fault("request_uri_not_supported", "This request_uri is not supported.");
  },
  // OpenID Connect Core §7.2.1
  function thereIsNoRegistration({ values }) {
    if (values.registration === undefined) return null;
    return fault("registration_not_supported", "registration is not supported.");
  },
  // RFC 6749 §3.1.1
  function responseTypeIsCode({ values: { response_type: type } }) {
    if (type === undefined) return fault("invalid_request", "response_type is missing.");
    return type === "code" ? null : fault("unsupported_response_type", "Only code is supported.");
  },
  // OAuth 2.0 Multiple Response Type Encoding Practices §2.1, OAuth 2.0 Form Post Response Mode §2
  function responseModeIsKnown({ values: { response_mode: mode } }) {
    if (mode === undefined || mode === "query" || mode === "form_post") return null;
    return fault("invalid_request", "response_mode must be query or form_post.");
  },
  // RFC 6749 §4.1.2.1
  function clientMayUseCodes({ client }) {
    if (client.grantTypes.includes("authorization_code")) return null;
    return fault("unauthorized_client", "The client may not use authorization codes.");
  },
  // RFC 6749 §3.3
  function someScopeIsTheClients({ values: { scope }, client }) {
    if (scope === undefined) return null;
    if (scope.split(" ").some((each) => client.scopes.includes(each))) return null;
    return fault("invalid_scope", "The client may have none of these scopes.");
  },
  // RFC 7636 §4.3, §4.4.1; RFC 9700 §2.1.1
  function codeChallengeIsS256({ values, client }) {
    const { code_challenge: challenge, code_challenge_method: method } = values;
    if (challenge === undefined && method === undefined) {
      if (!isPublicClient(client)) return null;
      return fault("invalid_request", "code_challenge is required of this client.");
    }
    if (method !== "S256") return fault("invalid_request", "code_challenge_method must be S256.");
    if (challenge !== undefined && /^[\w-]{43}$/.test(challenge)) return null;
    return fault("invalid_request", "code_challenge must be a SHA-256 digest in base64url.");
  },
  function nonceIsBounded({ values: { nonce } }) {
    if (nonce === undefined || (nonce.length <= 512 && nonce.isWellFormed())) return null;
    return fault("invalid_request", "nonce is too long.");
  },
  // OpenID Connect Core §3.1.2.1
  function noneIsTheOnlyPrompt({ values: { prompt } }) {
    const prompts = promptsOf(prompt);
    if (!prompts.includes("none") || prompts.length === 1) return null;
    return fault("invalid_request", "prompt=none cannot have other values.");
  },
  // OpenID Connect Core §3.1.2.1
  function maximumAgeIsANumber({ values: { max_age: age } }) {
    if (age === undefined || /^\d{1,9}$/.test(age)) return null;
    return fault("invalid_request", "max_age must be a number of seconds.");
  },
  // RFC 8707 §2
  function resourceIsTheClients({ values: { resource }, client }, ctx) {
    return resource === undefined ? null : findResourceFault(ctx, client, resource);
  },
];

/** Why a client may not have tokens for a resource (RFC 8707 §2), or null. */
export function findResourceFault(
  { settings }: Context,
  { trusted }: ClientRecord,
  resource: string,
): RequestFault | null {
  if (!isResource(resource)) {
    return fault("invalid_target", "resource must be an absolute URI without a fragment.");
  }
  // An application that a user signs in to must not be able to act on the user's account.
  const isOwn = resource === settings.publicUrl || resource === settings.jwtAudience;
  if (!isOwn || trusted) return null;
  return fault("invalid_target", "The client may not have tokens for this resource.");
}

/** The values of `prompt`. */
export function promptsOf(prompt: string | undefined): readonly string[] {
  return prompt === undefined ? [] : prompt.split(" ").filter((value) => value !== "");
}

function isResource(resource: string): boolean {
  const isPlain = resource.length <= 512 && /^[a-z][a-z0-9+.-]*:[!-~]+$/i.test(resource);
  return isPlain && !resource.includes("#") && URL.canParse(resource);
}

function fault(error: string, description: string): RequestFault {
  return { error, description };
}
