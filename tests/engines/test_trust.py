"""Certificate authorities that the environment names: what is not there, or is none, is a mistake in the configuration."""

from __future__ import annotations

import os
import ssl

import pytest

from asyncsdk.engines.trust import trusted_context
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.rawserver import RawServer

GARBAGE = {
    "words": b"not a certificate",
    "nothing": b"",
    "bytes": bytes(range(256)),
    "half": b"-----BEGIN CERTIFICATE-----\nMIIB\n",
}


@pytest.fixture
def names(tmp_path):
    (tmp_path / "empty").mkdir()
    for name, data in GARBAGE.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def refused(variable, path):
    with pytest.raises(ConfigurationError, match=variable) as caught:
        trusted_context()
    assert str(path) in str(caught.value)
    assert "_ssl.c" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", [*GARBAGE, "missing", "empty"])
def test_a_file_that_is_none_of_certificates(names, monkeypatch, name):
    monkeypatch.setenv("SSL_CERT_FILE", str(names / name))
    refused("SSL_CERT_FILE", names / name)


@pytest.mark.parametrize("name", ["missing", "empty", "words"])
def test_a_directory_that_is_none_of_certificates(names, monkeypatch, name):
    monkeypatch.setenv("SSL_CERT_DIR", str(names / name))
    refused("SSL_CERT_DIR", names / name)


def test_a_directory_whose_certificates_are_garbage(names, monkeypatch):
    (names / "empty" / "0a1b2c3d.0").write_bytes(b"garbage")
    monkeypatch.setenv("SSL_CERT_DIR", str(names / "empty"))
    refused("SSL_CERT_DIR", names / "empty")


def test_a_log_of_keys_that_cannot_be_written(names, monkeypatch):
    monkeypatch.setenv("SSLKEYLOGFILE", str(names / "missing" / "keys"))
    refused("SSLKEYLOGFILE", names / "missing" / "keys")


def test_what_is_right_is_used(names, monkeypatch, authority):
    bundle = names / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert [each["serialNumber"] for each in trusted_context().get_ca_certs()]
    monkeypatch.setenv("SSL_CERT_DIR", str(names / "missing"))  # which is not looked at beside a file
    trusted_context()
    monkeypatch.delenv("SSL_CERT_FILE")
    (names / "empty" / "0a1b2c3d.0").symlink_to(bundle)
    monkeypatch.setenv("SSL_CERT_DIR", f"{names / 'missing'}{os.pathsep}{names / 'empty'}")
    trusted_context()


def test_without_any_of_it_the_usual_ones_are_trusted():
    context = trusted_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.get_ca_certs()


@pytest.mark.anyio
class TestAtTheCall:
    @pytest.fixture
    def anyio_backend(self, own_cell):
        return own_cell.backend

    async def test_it_is_raised_and_only_where_it_matters(self, own_cell, ask, carry, names, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(names / "missing"))
        async with RawServer() as plain, own_cell.engine() as engine:
            assert (await carry(engine, ask("GET", plain.url + "/"))).status_code == 200
            for _ in range(2):
                with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
                    await carry(engine, ask("GET", f"https://127.0.0.1:{plain.port}/"))
            assert len(plain.requests) == 1
