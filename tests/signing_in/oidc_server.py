"""An OIDC server as a process of its own on loopback: discovery, keys, authorization with PKCE, tokens.

Run as `python -m tests.signing_in.oidc_server`; prints its address. Whoever asks is signed in as the
person that `/person` was told last.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "tieout", "not-a-secret"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Handler(BaseHTTPRequestHandler):
    """Answers one request; what is kept stands at the server."""

    server: Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/.well-known/openid-configuration"):
            self._say(200, self.server.configuration())
        elif parts.path == "/keys":
            self._say(200, {"keys": [_public_key()]})
        elif parts.path == "/authorize":
            self._authorize(asked)
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/person":
            self.server.person = json.loads(body)
            self._say(200, {})
        elif self.path == "/token":
            self._token({name: values[-1] for name, values in parse_qs(body).items()})
        elif self.path == "/machine":
            self._say(200, {"access_token": self.server.token(json.loads(body))})
        else:
            self._say(404, {})

    def _authorize(self, asked: dict[str, str]) -> None:
        if asked.get("code_challenge_method") != "S256" or asked.get("client_id") != CLIENT_ID:
            self._say(400, {"error": "invalid_request"})
            return
        code = secrets.token_urlsafe(16)
        self.server.codes[code] = asked
        self.send_response(302)
        back = urlencode({"code": code, "state": asked["state"]})
        self.send_header("Location", f"{asked['redirect_uri']}?{back}")
        self.end_headers()

    def _token(self, sent: dict[str, str]) -> None:
        asked = self.server.codes.pop(sent.get("code", ""), None)
        challenge = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        fits = asked and base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() == asked["code_challenge"]
        if not fits or sent.get("client_secret") != CLIENT_SECRET:
            self._say(400, {"error": "invalid_grant"})
            return
        claims = {"aud": CLIENT_ID, "nonce": asked.get("nonce", "")} | self.server.person
        self._say(200, {"access_token": "x", "token_type": "Bearer", "id_token": self.server.token(claims)})

    def _say(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Keeps the codes that were given out, and who signs in next."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.codes: dict[str, dict[str, str]] = {}
        self.person: dict[str, Any] = {}
        self.address = f"http://127.0.0.1:{self.server_port}"

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def token(self, claims: dict[str, Any]) -> str:
        """Sign a token; `strange_key` and `alg` are for what must be refused."""
        now = int(time.time())
        claims = {"iss": self.address, "iat": now, "nbf": now, "exp": now + 600} | claims
        if claims.pop("strange_key", False):
            return jwt.encode(claims, STRANGE_KEY, "RS256", headers={"kid": "one"})
        if claims.pop("unsigned", False):
            return jwt.encode(claims, None, "none", headers={"kid": "one"})
        return jwt.encode(claims, KEY, "RS256", headers={"kid": claims.pop("kid", "one")})


def _public_key() -> dict[str, Any]:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    return public | {"kid": "one", "use": "sig", "alg": "RS256"}


if __name__ == "__main__":
    server = Server()
    sys.stdout.write(server.address + "\n")
    sys.stdout.flush()
    server.serve_forever()
