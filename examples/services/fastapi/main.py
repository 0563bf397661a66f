"""A service behind Gatehouse: python main.py, or uvicorn main:app --port 3000."""

import json
import os
import urllib.error
import urllib.request
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

GATEHOUSE = os.environ.get("GATEHOUSE", "http://localhost:8000")  # its PUBLIC_URL
AUDIENCE = os.environ.get("AUDIENCE", "gatehouse")  # its JWT_AUDIENCE

app = FastAPI()
keys = jwt.PyJWKClient(f"{GATEHOUSE}/.well-known/jwks.json", timeout=5)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def refused() -> HTTPException:
    return HTTPException(401, "Sign in first.", {"WWW-Authenticate": "Bearer"})


def verified_user(credentials: Credentials) -> str:
    """Verifies the token here. A token of a session that has ended is accepted until it expires."""
    if credentials is None:
        raise refused()
    token = credentials.credentials
    try:
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise refused()
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token),
            algorithms=["ES256"],
            issuer=GATEHOUSE,
            audience=AUDIENCE,
            options={"require": ["sub", "exp", "iss", "aud"]},
        )
    except (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, json.JSONDecodeError):
        # Without keys it is unknown whether the token is valid.
        raise HTTPException(503, "Try again later.")
    except jwt.PyJWTError:
        raise refused()
    return claims["sub"]


def current_user(credentials: Credentials) -> str:
    """Asks Gatehouse, so that a sign-out is effective at once."""
    if credentials is None:
        raise refused()
    question = urllib.request.Request(
        f"{GATEHOUSE}/api/v1/auth/validate-token",
        json.dumps({"token": credentials.credentials}).encode(),
        {"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(question, timeout=5) as response:
            return json.load(response)["data"]["user_id"]
    except urllib.error.HTTPError as error:
        if error.code >= 500 or error.code == 429:
            raise HTTPException(503, "Try again later.")
        raise refused()
    except (OSError, json.JSONDecodeError):
        raise HTTPException(503, "Try again later.")


@app.get("/reports")
def reports(user_id: Annotated[str, Depends(verified_user)]) -> dict[str, str]:
    return {"user_id": user_id}


@app.post("/payments")
def payments(user_id: Annotated[str, Depends(current_user)]) -> dict[str, str]:
    return {"user_id": user_id}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "3000")), log_level="warning")
