"""``asyncsdk sandbox``: the documented services on a local port, with generated data."""

from __future__ import annotations

from typing import Annotated

import typer


def sandbox(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 for any free one.")] = 8765,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="Another number gives other devices and other rows.")] = 1,
    devices: Annotated[int, typer.Option(min=0, max=100_000, help="How many devices to generate.")] = 30,
    rows_per_hour: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="Rows of one device in an hour, as a mean over a day.")
    ] = 250,
    users: Annotated[
        int,
        typer.Option(min=0, max=10_000_000, help="How many users of Blaize to generate, beside the document's one."),
    ] = 0,
) -> None:
    """Serve a sandbox of the services on this machine.

    It answers as the documents say, with the documents' own samples and with generated devices whose rows follow from the seed: the
    same request always gives the same rows. Blaize is one tenant whose state lives as long as the server. It prints the base URLs
    and the keys to use; Ctrl-C stops it.

    **Example**:

        asyncsdk sandbox --port 8765 --devices 100
    """
    from .. import testing

    service = testing.AnalyticsService(seed=seed, devices=devices, rows_per_hour=rows_per_hour)
    blaize = testing.BlaizeService(seed=seed, users=users)

    def started(url: str) -> None:
        base_url, key = f"{url}{service.prefix}", service.api_key
        typer.echo(
            f"Unleash live Analytics, {devices:,} generated devices, seed {seed}\n"
            f"  base URL  {base_url}\n"
            f"  API key   {key}\n"
            "\n"
            f"Blaize, tenant {blaize.tenant}, {users:,} generated users, seed {seed}\n"
            f"  base URL    {url}{blaize.prefix}\n"
            f"  access key  {blaize.access_key}\n"
            f"  secret key  {blaize.secret_key}\n"
            "\n"
            f"Try:  UNLEASH_API_KEY={key} asyncsdk unleash devices --base-url {base_url}\n"
            "Ctrl-C stops it."
        )

    testing.run(testing.Sandbox(service, blaize), host, port, on_started=started)
