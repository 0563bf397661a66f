"""Register, log in and validate the token, with the standard library alone: python3 quickstart.py"""

import json
import os
import urllib.error
import urllib.request

gatehouse = os.environ.get("GATEHOUSE", "http://localhost:8000")
email = os.environ.get("EMAIL", "ada@example.com")
password = os.environ.get("PASSWORD", "SecurePassword123!")


class Refused(Exception):
    """An error of Gatehouse; its text is the code."""


def post(path: str, body: dict) -> dict:
    request = urllib.request.Request(
        f"{gatehouse}/api/v1/auth{path}",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)["data"]
    except urllib.error.HTTPError as error:
        raise Refused(json.load(error)["error"]["code"]) from None


try:
    print(post("/register", {"email": email, "password": password})["message"])
except Refused as refusal:
    if str(refusal) != "DUPLICATE_EMAIL":
        raise
try:
    tokens = post("/login", {"email": email, "password": password})
    valid = post("/validate-token", {"token": tokens["access_token"]})
    print("signed in as", valid["user_id"])
except Refused as refusal:
    if str(refusal) != "EMAIL_NOT_VERIFIED":
        raise
    print(f"Confirm the address first: {gatehouse}/dev/mail")
