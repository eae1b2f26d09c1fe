"""How an ingest server that is not next door is spoken to: TLS, a certificate of one's own, a bearer token."""

from dataclasses import dataclass, field

import grpc


@dataclass(frozen=True)
class Security:
    """TLS, and what a client shows of itself; empty where it has nothing.

    Attributes:
        roots: PEM of the authorities whose servers are trusted; empty: those that gRPC brings along.
        certificate, key: PEM of the client's own, both or neither.
        token: sent with each call.
    """

    roots: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def open_channel(address: str, security: Security | None) -> grpc.Channel:
    """To the server at `address`; without `security` in the clear."""
    if security is None:
        return grpc.insecure_channel(address)
    credentials = grpc.ssl_channel_credentials(
        *(text.encode() or None for text in (security.roots, security.key, security.certificate))
    )
    if security.token:
        credentials = grpc.composite_channel_credentials(
            credentials, grpc.access_token_call_credentials(security.token)
        )
    return grpc.secure_channel(address, credentials)
