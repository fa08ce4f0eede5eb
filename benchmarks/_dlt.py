"""The same fan-out with dlt's REST client; each function as in `_expert.py`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from _pages import KEY, path
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import APIKeyAuth
from dlt.sources.helpers.rest_client.paginators import BasePaginator


class _PageInPath(BasePaginator):
    """dlt has no paginator for a page number in the path: this is the one its documentation tells to write."""

    def __init__(self):
        super().__init__()
        self._number = 1

    def init_request(self, request):  # the base's signature
        self._number = 1

    def update_state(self, response, data=None):  # likewise
        self._number += 1
        self._has_next_page = self._number <= response.json()["total_num_pages"]

    def update_request(self, request):
        request.url = f"{request.url.rpartition('/')[0]}/{self._number}"


def _dlt_walk(base, device):
    client = RESTClient(
        base_url=base,
        auth=APIKeyAuth(name="x-api-key", api_key=KEY, location="header"),
        paginator=_PageInPath(),
        data_selector="data",
    )
    return sum(len(page) for page in client.paginate(path(device, 1)))


def one_by_one(base, devices, at_once):  # one at a time
    """dlt's REST client, device after device."""
    return sum(_dlt_walk(base, device) for device in devices)


def in_threads(base, devices, at_once):
    """dlt's REST client, a thread for each device."""
    with ThreadPoolExecutor(at_once) as threads:
        return sum(threads.map(lambda device: _dlt_walk(base, device), devices))
