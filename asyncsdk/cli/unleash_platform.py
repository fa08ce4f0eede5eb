"""``asyncsdk platform``: every operation of the Unleash live Platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer
from attrs import frozen

from .group import group
from .secrets import PANEL
from .way import Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..testing.sandbox import Service
    from ..unleash.platform import UnleashPlatform
    from .operations.system import System
    from .way import Settings


@frozen(kw_only=True)
class PlatformWay(Way["UnleashPlatform"]):
    """How to reach the Platform: its stage, and what requests are signed for. botocore finds the credentials."""

    stage: Annotated[
        Literal["dev", "test", "prod"] | None,
        typer.Option(
            "--stage",
            help="By default the environment variable UNLEASH_STAGE, else prod. Credentials are those that botocore finds: in "
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, in the profile that AWS_PROFILE names, or of the "
            "container or instance.",
            rich_help_panel=PANEL,
        ),
    ] = None
    region: Annotated[
        str | None,
        typer.Option(
            "--region",
            metavar="NAME",
            help="What requests are signed for. By default the region in the host's name, else ap-southeast-2.",
            rich_help_panel=PANEL,
        ),
    ] = None
    modelling_url: Annotated[
        str | None,
        typer.Option(
            "--modelling-url",
            metavar="URL",
            help="Where modelling and recognition are. By default at --base-url, where that is given.",
            rich_help_panel=PANEL,
        ),
    ] = None

    def secrets(self) -> Mapping[str, str]:
        """None: botocore finds them when a request is signed."""
        return {}

    def client(self, secrets: Mapping[str, str], settings: Settings) -> UnleashPlatform:
        """A client."""
        from ..auth.credentials import AWSCredentials
        from ..unleash.platform import UnleashPlatform

        return UnleashPlatform(
            self.stage,
            credentials=AWSCredentials(secrets["access_key"], secrets["secret_key"]) if secrets else None,
            region=self.region,
            modelling_url=self.modelling_url,
            **settings,
        )

    def service(self) -> tuple[Service, Mapping[str, str]]:
        """The service, with the document's examples and the device W123."""
        from ..testing import UnleashPlatformService

        service = UnleashPlatformService()
        return service, {"access_key": service.access_key, "secret_key": service.secret_key}


def system() -> System:
    """What the commands are made of."""
    from ..auth.credentials import AWSCredentials
    from ..unleash import platform
    from .operations.system import System, operations_of
    from .upload.command import upload

    client = platform.UnleashPlatform(credentials=AWSCredentials("unused", "unused"))  # never connected
    return System("platform", operations_of(platform), client, PlatformWay, own={"library.upload": upload(PlatformWay)})


app = group(
    system,
    help="""Unleash live Platform: companies, users, devices, the library of media files, plans, modelling, recognition.

    Each command is one operation: its path parameters are typed by their place, and its body comes with `--data '{...}'`,
    `--data @FILE` or `--data -` (stdin).

    **Examples**:

        asyncsdk platform devices list --sandbox

        asyncsdk platform companies create --stage test --data @company.json --json | jq -r .id

        asyncsdk platform library device-media W123 --output ndjson

        asyncsdk platform library upload *.JPG --device W123 --session 3
    """,
)
