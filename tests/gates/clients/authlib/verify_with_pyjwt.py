"""Verifies an ID token with PyJWT and the provider's published keys, and prints its subject."""

import json
import sys

import jwt

sent = json.load(sys.stdin)
key = jwt.PyJWKClient(sent["jwks_uri"]).get_signing_key_from_jwt(sent["token"])
claims = jwt.decode(
    sent["token"],
    key,
    algorithms=[sent["algorithm"]],
    issuer=sent["issuer"],
    audience=sent["audience"],
)
print(claims["sub"])
