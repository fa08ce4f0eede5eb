"""Send the pictures of a flight, wait until a model is made of them, and save that beside them.

UNLEASH_STAGE=dev AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... python platform_upload_flight.py IDENTITY_ID DEVICE_ID SESSION_ID *.JPG
"""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from asyncsdk import UnleashPlatform
from asyncsdk.unleash.platform import ModellingJob


async def main(platform: UnleashPlatform, identity_id: str, device_id: str, session_id: str, *paths: str) -> int:
    async with platform:
        failed = 0
        results = platform.library.upload_many(paths, device_id=device_id, session_id=session_id, on_error="collect")
        async for done in results:
            failed += done.error is not None
            print(done.source, done.error or f"{done.size} bytes")
        if failed:
            return 1
        job = ModellingJob(identity_id=identity_id, device_id=device_id, session_id=session_id)
        task = await platform.modelling.process(job)
        await platform.modelling.wait(task, on_status=print)
        async for solution in platform.library.solutions(device_id, session_id):
            if solution.key and solution.url:
                saved = await platform.library.download(solution, Path(paths[0]).with_name(Path(solution.key).name))
                print(saved.path)
    return 0


if __name__ == "__main__":
    sys.exit(anyio.run(main, UnleashPlatform(), *sys.argv[1:]))
