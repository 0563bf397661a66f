"""An application whose users sign in with Authlib, as its documentation shows it for Flask."""

import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, url_for

app = Flask(__name__)
app.secret_key = os.environ["CLIENT_SECRET"]
provider = OAuth(app).register(
    name="gatehouse",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid email offline_access", "code_challenge_method": "S256"},
)


@app.get("/sign-in")
def sign_in():
    return provider.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    # Exchanges the code and validates the ID token and its nonce.
    tokens = provider.authorize_access_token()
    renewed = provider.fetch_access_token(
        grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    return jsonify(
        id_token=tokens["id_token"],
        sub=tokens["userinfo"]["sub"],
        email=provider.userinfo(token=renewed)["email"],
        is_renewed=renewed["access_token"] != tokens["access_token"],
    )


app.run(port=int(os.environ["PORT"]))
