"""A call's way: hosts, signing, throttle, attempts and what becomes of them."""
