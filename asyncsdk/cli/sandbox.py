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

    It answers as the documents say, with the documents' own samples and with generated data that follow from the seed: the same
    request always gives the same rows. What is created, changed and deleted lives as long as the server. It prints the environment
    variables by which clients and commands find each service; Ctrl-C stops it.

    **Example**:

        asyncsdk sandbox --port 8765 --devices 100
    """
    from .. import testing

    analytics = testing.AnalyticsService(seed=seed, devices=devices, rows_per_hour=rows_per_hour)
    platform = testing.UnleashPlatformService(seed=seed)
    blaize = testing.BlaizeService(seed=seed, users=users)
    cognitive = testing.CognitiveService(seed=seed)
    livepeer = testing.LivepeerService(seed=seed)

    def started(url: str) -> None:
        served = {
            f"Unleash live Analytics, {devices:,} generated devices": {
                "UNLEASH_BASE_URL": f"{url}{analytics.prefix}",
                "UNLEASH_API_KEY": analytics.api_key,
            },
            "Unleash live Platform": {
                "UNLEASH_PLATFORM_BASE_URL": f"{url}{platform.prefix}",
                "AWS_ACCESS_KEY_ID": platform.access_key,
                "AWS_SECRET_ACCESS_KEY": platform.secret_key,
            },
            f"Blaize, {users:,} generated users": {
                "BLAIZE_BASE_URL": f"{url}{blaize.prefix}",
                "BLAIZE_TENANT": blaize.tenant,
                "BLAIZE_ACCESS_KEY": blaize.access_key,
                "BLAIZE_SECRET_KEY": blaize.secret_key,
            },
            "Cognitive3D": {
                "C3D_BASE_URL": f"{url}{cognitive.prefix}",
                "C3D_DATA_URL": f"{url}{cognitive.prefix}/data",
                "C3D_API_KEY": cognitive.api_key,
                "C3D_DEVELOPER_KEY": cognitive.developer_key,
            },
            "Livepeer": {
                "LIVEPEER_BASE_URL": f"{url}{livepeer.prefix}",
                "LIVEPEER_API_KEY": livepeer.api_key,
            },
        }
        for title, variables in served.items():
            typer.echo(f"# {title}, seed {seed}")
            typer.echo("".join(f"export {name}={value}\n" for name, value in variables.items()))
        typer.echo("# Try, where these lines are set:  asyncsdk unleash devices")
        typer.echo("# Ctrl-C stops it.")

    app = testing.Sandbox(analytics, platform, blaize, cognitive, livepeer)
    testing.run(app, host, port, on_started=started)
