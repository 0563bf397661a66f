"""The journey of a user with the client that openapi-python-client generates: journey.py URL EMAIL [CODE]."""

import sys

from gatehouse_client import AuthenticatedClient, Client
from gatehouse_client.api.e_mail_verification import verify_email_by_code
from gatehouse_client.api.sessions import log_out, refresh_tokens
from gatehouse_client.api.sign_up_and_sign_in import log_in, register
from gatehouse_client.api.users import get_current_user
from gatehouse_client.models import (
    AccessTokenError,
    LogInBody,
    LogOutBody,
    RefreshTokensBody,
    RegisterBody,
    VerifyEmailByCodeBody,
)

url, email, *code = sys.argv[1:]
password = "SecurePassword123!"
client = Client(base_url=url)

if not code:
    registered = register.sync(client=client, body=RegisterBody(email=email, password=password))
    assert registered.data.email == email
    sys.exit()

verify_email_by_code.sync(client=client, body=VerifyEmailByCodeBody(email=email, code=code[0]))
tokens = log_in.sync(client=client, body=LogInBody(email=email, password=password)).data
refreshed = refresh_tokens.sync(
    client=client, body=RefreshTokensBody(refresh_token=tokens.refresh_token)
).data
user = AuthenticatedClient(base_url=url, token=refreshed.access_token)
assert get_current_user.sync(client=user).data.email == email
assert log_out.sync(client=user, body=LogOutBody()).success
ended = get_current_user.sync(client=user)
assert isinstance(ended, AccessTokenError), ended
assert ended.error.code == "INVALID_TOKEN"
print("done")
