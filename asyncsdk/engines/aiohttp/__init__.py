"""The engine on asyncio and uvloop, over aiohttp's connector and parser."""
