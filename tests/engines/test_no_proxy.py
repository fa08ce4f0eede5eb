from __future__ import annotations

import ipaddress

import httpx
import pytest
from hypothesis import given, strategies as st

from asyncsdk.engines.no_proxy import entries, is_exempt


def exempt(listed, url):
    return is_exempt(entries(listed), httpx.URL(url))


@pytest.mark.parametrize(
    ("listed", "url"),
    [
        ("a.test", "http://a.test/"),
        (".test", "http://a.test/"),
        ("test", "http://a.test:8080/"),
        ("a.test", "http://deep.below.a.test/"),
        ("*.a.test", "http://b.a.test/"),
        ("a.test", "http://A.Test/"),
        ("A.TEST", "http://a.test/"),
        ("a.test", "http://a.test./"),
        ("a.test.", "http://a.test/"),
        ("..a.test", "http://a.test/"),
        ("b.test, a.test", "http://a.test/"),
        ("b.test a.test", "http://a.test/"),
        ("b.test,,a.test,", "http://a.test/"),
        ("*", "http://a.test/"),
        ("b.test,*", "https://[::1]/"),
        ("http://a.test", "http://a.test/"),
        ("bücher.test", "http://xn--bcher-kva.test/"),
        ("xn--bcher-kva.test", "http://bücher.test/"),
        ("BÜCHER.test", "http://shop.bücher.test/"),
        ("a.test:8080", "http://a.test:8080/"),
        ("a.test:443", "https://a.test/"),
        ("a.test:80", "http://a.test/"),
        ("*:8080", "http://a.test:8080/"),
        ("127.0.0.1", "http://127.0.0.1:8080/"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/"),
        ("127.0.0.1", "http://127.1/"),
        ("127.0.0.1", "http://2130706433/"),
        ("127.0.0.1", "http://0x7f.1/"),
        ("127.1", "http://127.0.0.1/"),
        ("127.000.000.001", "http://127.0.0.1/"),
        ("127.0.0.1", "http://127.0.0.1./"),
        ("10.0.0.0/8", "http://10.255.0.1/"),
        ("10.1.2.3/8", "http://10.255.0.1/"),
        ("10.0.0.0/255.0.0.0", "http://10.255.0.1/"),
        ("0.0.0.0/0", "http://8.8.8.8/"),
        ("::1", "http://[::1]/"),
        ("::1", "http://[::1]:8080/"),
        ("[::1]", "http://[::1]:8080/"),
        ("[::1]:8080", "http://[::1]:8080/"),
        ("::1", "http://[0:0:0:0:0:0:0:1]/"),
        ("0000:0000:0000:0000:0000:0000:0000:0001", "http://[::1]/"),
        ("2001:DB8::A", "http://[2001:db8:0::a]/"),
        ("fd00::/8", "http://[fd12:3456::1]/"),
        ("[fd00::]/8", "http://[fd12:3456::1]/"),
        ("::/0", "http://[::1]/"),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/"),
        ("::ffff:127.0.0.1", "http://127.0.0.1/"),
        ("::ffff:10.0.0.0/104", "http://10.9.9.9/"),
        ("fe80::1", "http://[fe80::1%25eth0]/"),
        ("fe80::1%eth0", "http://[fe80::1%25eth0]/"),
        ("fe80::1%eth0", "http://[fe80::1%eth0]/"),
        ("[fe80::1%25eth0]", "http://[fe80::1%25eth0]/"),
        ("fe80::/10", "http://[fe80::1%25eth0]/"),
        ("fe80::1%eth0", "http://[fe80::1]/"),
    ],
)
def test_what_is_asked_directly(listed, url):
    assert exempt(listed, url)


@pytest.mark.parametrize(
    ("listed", "url"),
    [
        ("", "http://a.test/"),
        (" , ", "http://a.test/"),
        (".", "http://a.test/"),
        ("b.test", "http://a.test/"),
        ("a.test", "http://aa.test/"),
        ("a.test", "http://a.test.evil/"),
        ("a.test:8080", "http://a.test/"),
        ("a.test:443", "http://a.test/"),
        ("*:8080", "http://a.test/"),
        ("0.0.1", "http://127.0.0.1/"),
        ("1", "http://127.0.0.1/"),
        ("127.0.0.1", "http://127.0.0.2/"),
        ("127.0.0.1", "http://a.127.0.0.1.test/"),
        ("10.0.0.0/8", "http://11.0.0.1/"),
        ("10.0.0.0/99", "http://10.0.0.1/"),
        ("10.0.0.0/", "http://10.0.0.1/"),
        ("a.test/8", "http://a.test/"),
        ("::1", "http://[::2]/"),
        ("::1", "http://127.0.0.1/"),
        ("[::1]:8080", "http://[::1]/"),
        ("[::1", "http://[::1]/"),
        ("fd00::/8", "http://[fe00::1]/"),
        ("::ffff:10.0.0.0/8", "http://10.0.0.1/"),
        ("fe80::1%eth1", "http://[fe80::1%25eth0]/"),
    ],
)
def test_what_is_not(listed, url):
    assert not exempt(listed, url)


@given(st.ip_addresses(), st.data())
def test_an_address_is_itself_in_every_spelling(address, data):
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    spellings = [str(address), address.exploded, address.exploded.upper()]
    if isinstance(address, ipaddress.IPv4Address):
        spellings += [f"::ffff:{address}", str(int(address)), hex(int(address))]
        if int(address) >= 1 << 24:
            spellings.append(f"{address.packed[0]}.{int(address) & 0xFFFFFF}")
    listed, asked = data.draw(st.sampled_from(spellings)), data.draw(st.sampled_from(spellings))
    url = f"http://[{asked}]/" if ":" in asked else f"http://{asked}/"
    assert exempt(f"other.test,{listed}", url)


@given(st.text(max_size=30), st.sampled_from(["http://a.test/", "http://127.0.0.1/", "https://[::1]/", "/a"]))
def test_no_list_is_an_error(listed, url):
    exempt(listed, url)
