"""Certificates for servers and clients, in files."""

from pathlib import Path

import trustme


class Authority:
    """Signs certificates, whose files are put in the place of others."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self.root = self._ca.cert_pem.bytes()

    def certify_server(self, folder: Path) -> None:
        pair = self._ca.issue_cert("127.0.0.1")
        put(folder / "key.pem", pair.private_key_pem.bytes())
        put(folder / "cert.pem", pair.cert_chain_pems[0].bytes())

    def client(self, name: str) -> tuple[bytes, bytes]:
        pair = self._ca.issue_cert(f"{name}@example.org", common_name=name)
        return pair.private_key_pem.bytes(), pair.cert_chain_pems[0].bytes()


def put(path: Path, content: bytes) -> None:
    """In one step, as certificates are rotated."""
    path.with_suffix(".new").write_bytes(content)
    path.with_suffix(".new").rename(path)


def tls_flags(folder: Path) -> list[str]:
    return ["--tls-cert", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem")]
