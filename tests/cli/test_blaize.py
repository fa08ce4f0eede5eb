from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from asyncsdk.cli.blaize import system
from asyncsdk.cli.operations.commands import commands
from asyncsdk.cli.operations.example import body_example
from asyncsdk.testing import BlaizeService, Sandbox, serve
from asyncsdk.testing.documents import documents

SYSTEM = system()
PATHS = sorted(each.python for each in SYSTEM.operations.values())
COMMANDS = {name: commands(SYSTEM, name) for name in {path.rpartition(".")[0] for path in PATHS}}

USER = "123456789ABCD"
SECRET = "test-secret-4711"


@pytest.fixture(scope="module")
def base_url():
    """One sandbox, whose tenant all tests of this module share."""
    with serve(Sandbox(BlaizeService(users=300))) as url:
        yield url


@pytest.fixture
def pair(environment):
    """The sandbox's key pair, in the environment."""
    environment.setenv("BLAIZE_ACCESS_KEY", "test-access")
    environment.setenv("BLAIZE_SECRET_KEY", "test-secret")
    environment.delenv("BLAIZE_TENANT", raising=False)
    environment.delenv("BLAIZE_ADMIN_SESSION", raising=False)
    return environment


@pytest.fixture
def blaize(command, pair, base_url):
    """Runs a command against the sandbox: ``code, out, err = blaize("users", "list")``."""
    return lambda *arguments: command("blaize", *arguments, "--base-url", base_url)


@pytest.fixture
def given(blaize):
    """What a command that succeeds prints as JSON."""

    def run(*arguments):
        code, out, err = blaize(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return run


@pytest.fixture
def stdin(monkeypatch):
    """Says what is on stdin."""
    return lambda content: monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))


def test_each_operation_of_the_document_has_a_command():
    assert documents("blaize").keys() <= SYSTEM.operations.keys()
    named = [(resource, name) for resource, made in COMMANDS.items() for name, each in made.items() if each.params]
    assert len(named) == len(PATHS) >= 129


@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("gifts.create", {"uri": "/news/local/story"}),  # the rest is told by answers only
        ("feature_rules.versions.save_tags", ["tag1", "tag2"]),
        ("bundles.update", {"auto_assign": "..."}),  # the document does not have it
    ],
)
def test_the_body_in_a_help_is_the_documents(path, example):
    shown = body_example(SYSTEM.operations[f"blaize.{path}"])
    assert (shown if isinstance(example, list) else {key: shown[key] for key in example}) == example


def test_what_is_created_can_be_got_listed_changed_and_deleted(blaize, given, tmp_path, stdin):
    made = given("accounts", "create", "--name", "Acme", "--number-of-seats", 5)
    assert made["status_code"] == 201
    assert given("accounts", "get", made["id"]) == {"name": "Acme", "number_of_seats": 5}
    code, out, _ = blaize("accounts", "list", "--output", "ndjson")
    assert code == 0
    assert {"name": "Acme", "number_of_seats": 5} in map(json.loads, out.splitlines())

    file = tmp_path / "account.json"
    file.write_bytes(b'\xef\xbb\xbf{"name": "\xc3\x84cme"}\n')
    assert given("accounts", "update", made["id"], "--data", f"@{file}")["message"]
    assert given("accounts", "get", made["id"])["name"] == "Äcme"
    stdin(b'{"name": "Acme again"}')
    assert given("accounts", "update", made["id"], "--data", "-")["message"]
    assert given("accounts", "get", made["id"])["name"] == "Acme again"

    assert blaize("accounts", "delete", made["id"])[0] == 0
    code, out, err = blaize("accounts", "get", made["id"])
    assert (code, out, err) == (1, "", "error: the service answered 404: Account not found\n")


def test_one_object_is_a_table_of_its_fields(blaize):
    code, out, _ = blaize("users", "get", USER)
    assert code == 0
    assert out.startswith(f"field\tvalue\nuser_id\t{USER}\n")


def test_a_user_comes_from_stdin_and_many_from_a_file(given, stdin, tmp_path):
    one = {"identifiers": {"email_address": "one@example.com"}, "validators": {"password": SECRET}}
    stdin(json.dumps(one).encode())
    made = given("users", "create", "--data", "-")
    assert given("users", "get", made["id"])["identifiers"] == one["identifiers"]
    file = tmp_path / "users.json"
    file.write_text(json.dumps([{**one, "identifiers": {"email_address": f"{n}@example.com"}} for n in range(2)]))
    assert given("users", "create", "--data", f"@{file}")["status_code"] == 201


def test_a_foreign_key_is_text_and_finds_its_user(blaize, given, stdin):
    stdin(b"4711\n")
    assert given("users", "save-foreign-key", USER, "crm", "--data", "-")["status_code"] == 200
    assert [each["user_id"] for each in given("users", "list", "--foreign-key", "crm=4711")] == [USER]
    assert given("users", "list", "--foreign-key", "crm=4712") == []


def test_a_structure_is_typed_as_json(given):
    wanted = '[{"slug": "first_name", "operator": "is", "value": "Joe"}]'
    assert {each["attributes"]["first_name"] for each in given("users", "list", "--search-by-attributes", wanted)} == {
        "Joe"
    }


def test_grants_hang_below_users(given):
    made = given("users", "grants", "create", USER, "--entitlement-type", "entitlement", "--entitlement-id", "x")
    listed = given("users", "grants", "list", USER, "--active")
    assert made["id"] in [each["grantId"] for each in listed]


def test_tags_are_a_bare_list(given):
    assert (
        given("feature-rules", "versions", "save-tags", "featureRuleId", 1, "--data", '["live"]')["status_code"] == 201
    )
    assert given("feature-rules", "versions", "get", "featureRuleId", 1)["tags"] == ["live"]


def test_a_static_item_is_sent_as_it_is(given, tmp_path):
    file = tmp_path / "item.html"
    file.write_bytes("<b>\u00fc</b>\r\n".encode())
    assert given("static-items", "save", "a/b ?", "--data", f"@{file}")["id"]
    assert given("static-items", "get", "a/b ?")["item"] == "<b>\u00fc</b>\r\n"


def test_promo_codes_are_given_by_fields_or_as_json(given):
    assert given("promo-codes", "create", "--code", 'SUM"MER', "--discount", 10, "--promo-code-limit", 3)["message"]
    assert given("promo-codes", "create", "--data", '{"code": "WINTER", "discount": 5}')["message"]
    listed = {each["code"]: each["discount"] for each in given("promo-codes", "list")}
    assert (listed['SUM"MER'], listed["WINTER"]) == (10, 5)
    assert given("promo-codes", "delete", 'SUM"MER')["message"]
    assert 'SUM"MER' not in [each["code"] for each in given("promo-codes", "list")]


def test_the_secret_of_a_new_key_pair_is_data_and_signs_the_next_call(given, blaize, tmp_path, pair):
    administrator = "b859f5dd-8184-4d01-8bf9-e3e771f68a62"
    made = given("admin", "keypairs", "create", administrator)
    file = tmp_path / "pair.json"
    file.write_text(json.dumps(made))
    pair.setenv("BLAIZE_SECRET_KEY", "test-secret-of-another-account")
    assert blaize("accounts", "list")[0] == 1
    assert blaize("accounts", "list", "--credentials-file", file)[0] == 0


def test_a_login_is_the_credentials_of_what_follows(given, blaize, tmp_path, stdin):
    sign_in = {"identifiers": {"email_address": "admin@example.com"}, "validators": {"password": "test-password"}}
    stdin(json.dumps(sign_in).encode())
    file = tmp_path / "session.json"
    file.write_text(json.dumps(given("admin", "login", "--data", "-")))
    assert blaize("accounts", "list", "--credentials-file", file)[0] == 0
    assert blaize("admin", "logout", "--credentials-file", file)[0] == 0
    code, _, err = blaize("accounts", "list", "--credentials-file", file)
    assert code == 1
    assert "the service refused access (401: The session is unknown, or has ended)" in err


def test_an_export_ends_where_its_reader_has_had_enough(start, pair, base_url):
    process = start("blaize", "users", "export", "--attributes", "--base-url", base_url)
    assert json.loads(process.stdout.readline())["seq-no"] == 1
    process.stdout.close()
    process.stdout = None
    assert process.communicate(timeout=60)[1] == b""
    assert process.returncode == 0


def test_an_export_is_written_whole(blaize):
    code, out, err = blaize("users", "export")
    assert (code, err) == (0, "")
    assert [json.loads(line)["seq-no"] for line in out.splitlines()] == list(range(1, out.count("\n") + 1))
    assert out.count("\n") >= 301
    assert blaize("users", "export", "--limit", 7)[1] == "".join(out.splitlines(keepends=True)[:7])


def test_what_the_service_stores_cannot_steer_the_terminal(given, blaize):
    made = given("companies", "create", "--name", "bad\x1b[2J\nname")
    code, out, _ = blaize("companies", "get", made["id"])
    assert (code, out) == (0, "field\tvalue\nname\tbad\\x1b[2J\\nname\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("users", "create", "--data", '{"validators": {"password": "test-secret-4711"}}'), "--data: body.identifiers is required"),
        (("users", "create", "--data", '{"password": "test-secret-4711" "a"}'), "--data: not JSON: Expecting ',' delimiter at line 1, column 33"),
        (("users", "create", "--data", '"test-secret-4711"'), "--data: body must be an object or a list of objects, not text"),
        (("users", "get", ""), "USER_ID: must not be '': it would change the path of the request"),
        (("users", "list", "--page", "0"), "--page: must be at least 1, not 0"),
        (("users", "list", "--search-by-attributes", '"x"'), "--search-by-attributes: takes the structure itself, a list or mapping, not str"),
        (("cache-management", "evict-origin", "--data", "a\nb"), "--data: pattern must be one line, and not empty"),
        (("promo-codes", "create", "--discount", "5"), "--data: body.code is required"),
        (("userz",), "No such command 'userz'. Did you mean 'users'?; see: asyncsdk blaize --help"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(command, pair, arguments, said):
    code, out, err = command("blaize", *arguments, "--base-url", "http://127.0.0.1:9")
    assert (code, out, err) == (2, "", f"error: {said}\n")
    assert "4711" not in err


def test_a_wrong_password_is_told_and_not_shown(blaize, stdin):
    sign_in = {"identifiers": {"email_address": "admin@example.com"}, "validators": {"password": SECRET}}
    stdin(json.dumps(sign_in).encode())
    code, out, err = blaize("admin", "login", "--data", "-")
    assert (code, out) == (1, "")
    assert re.fullmatch(r"error: the service refused access \(401: .*\n", err)
    assert "4711" not in err


def test_a_debug_traceback_shows_no_secret(blaize, environment):
    environment.setenv("ASYNCSDK_DEBUG", "1")
    code, _, err = blaize("users", "reset-legacy-password", "--data", SECRET)
    assert code == 0
    code, _, err = blaize("users", "reset-legacy-password-of-user", "nobody", "--data", SECRET)
    assert code == 1
    assert err.startswith("Traceback")
    assert "4711" not in err


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (
            ("BLAIZE_SECRET_KEY",),
            "half of the key pair is missing: set the environment variable BLAIZE_SECRET_KEY, too",
        ),
        (
            ("BLAIZE_ACCESS_KEY", "BLAIZE_SECRET_KEY"),
            (
                "there are no credentials: set the environment variables BLAIZE_ACCESS_KEY and BLAIZE_SECRET_KEY, or "
                "BLAIZE_ADMIN_SESSION, or give --credentials-file FILE; --sandbox needs none"
            ),
        ),
    ],
)
def test_without_credentials_it_says_where_to_put_them(command, pair, missing, said):
    for variable in missing:
        pair.delenv(variable)
    assert command("blaize", "users", "list", "--tenant", "demo") == (2, "", f"error: {said}\n")


def test_without_a_tenant_it_says_where_to_put_it(command, pair):
    code, _, err = command("blaize", "users", "list")
    assert code == 2
    assert err.startswith("error: there is no tenant: set the environment variable BLAIZE_TENANT or give --tenant NAME")


def test_a_tenant_cannot_lead_to_another_host(command, pair):
    code, _, err = command("blaize", "users", "list", "--tenant", "evil.example/")
    assert code == 2
    assert err == "error: tenant must be letters, digits and hyphens, such as 'demo'; or give --base-url\n"


@pytest.mark.parametrize(
    "held", ["", "[]", "{}", '{"access_key": "test-access"}', '{"access_key": 1, "secret_key": 2}']
)
def test_a_credentials_file_that_holds_none_is_refused(blaize, tmp_path, held):
    file = tmp_path / "credentials.json"
    file.write_text(held)
    code, _, err = blaize("users", "list", "--credentials-file", file)
    assert code == 2
    assert err.startswith("error: --credentials-file: ")


@pytest.mark.parametrize("option", ["--tenant", "--base-url", "--credentials-file"])
def test_the_sandbox_needs_nothing_and_takes_nothing(command, option):
    code, _, err = command("blaize", "users", "list", "--sandbox", option, "https://example.com")
    assert code == 2
    assert err == f"error: {option}: the sandbox has its own: leave it out, or leave out --sandbox\n"


def test_the_sandbox_answers_with_the_documents_examples(command, environment):
    environment.delenv("BLAIZE_ACCESS_KEY", raising=False)
    code, out, err = command("blaize", "accounts", "get", "0123456789ABCD", "--sandbox", "--json", "--scheme", "blaize")
    assert (code, err) == (0, "")
    assert json.loads(out)["name"] == "Account name"


def test_no_other_command_loads_the_operations():
    code = (
        "import sys; from asyncsdk.cli import main\n"
        "for arguments in (['--help'], ['blaize', '--version'], ['unleash', 'pull', '--help']):\n"
        "    try: main(arguments)\n"
        "    except SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name.startswith(('asyncsdk.blaize', 'asyncsdk.testing'))), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.splitlines()[-1] == "[]"
