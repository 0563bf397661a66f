import express from "express";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const {
  GATEHOUSE = "http://localhost:8000", // its PUBLIC_URL
  AUDIENCE = "gatehouse", // its JWT_AUDIENCE
  PORT = "3000",
  HOST = "127.0.0.1",
} = process.env;

const keys = createRemoteJWKSet(new URL(`${GATEHOUSE}/.well-known/jwks.json`));

function tokenOf(request) {
  return /^Bearer (\S+)$/i.exec(request.get("authorization") ?? "")?.[1] ?? "";
}

/** Errors of jose about the keys: without keys it is unknown whether the token is valid. */
const keyErrors = ["ERR_JOSE_GENERIC", "ERR_JWKS_INVALID", "ERR_JWKS_TIMEOUT"];

function refuse(response) {
  response.status(401).set("www-authenticate", "Bearer").json({ error: "Sign in first." });
}

/** Verifies the token here. A token of a session that has ended is accepted until it expires. */
async function requireToken(request, response, next) {
  try {
    const { payload } = await jwtVerify(tokenOf(request), keys, {
      algorithms: ["ES256"],
      typ: "at+jwt",
      issuer: GATEHOUSE,
      audience: AUDIENCE,
      requiredClaims: ["sub", "exp"],
    });
    request.userId = payload.sub;
  } catch (error) {
    if (error instanceof errors.JOSEError && !keyErrors.includes(error.code)) return refuse(response);
    return next(error);
  }
  next();
}

/** Asks Gatehouse, so that a sign-out is effective at once. */
async function requireSession(request, response, next) {
  const answer = await fetch(`${GATEHOUSE}/api/v1/auth/validate-token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: tokenOf(request) }),
    signal: AbortSignal.timeout(5000),
  });
  if (answer.status >= 500 || answer.status === 429) throw new Error("Gatehouse is not available");
  if (!answer.ok) return refuse(response);
  const { data } = await answer.json();
  request.userId = data.user_id;
  next();
}

const app = express();
app.get("/reports", requireToken, (request, response) => response.json({ user_id: request.userId }));
app.post("/payments", requireSession, (request, response) => response.json({ user_id: request.userId }));
app.use((error, _request, response, _next) => {
  console.error(error.message);
  response.status(503).json({ error: "Try again later." });
});
app.listen(Number(PORT), HOST);
