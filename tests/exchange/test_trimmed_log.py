"""A trimmed log is carried over as it is: what was kept, and from where on."""

import pytest
from django.core.management import call_command

from gamedev_gateway.exchange.errors import ExchangeError
from gamedev_gateway.exchange.export import take_snapshot
from gamedev_gateway.exchange.folder import write_folder
from realtime.models import Stream
from tests.conftest import client_for
from tests.exchange.test_round_trip import carried_over


@pytest.fixture
def trimmed(told):
    call_command("prune_events", "--keep", "5", verbosity=0)
    return told


def test_it_is_the_same_log_elsewhere(trimmed, alice, tmp_path):
    client, url = client_for(alice), f"/api/v1/projects/{trimmed.pk}/events/"
    ends = Stream.objects.values_list("kept_from", "head").get()
    cursor = client.get(url).json()["results"][0]["cursor"]
    first, second = carried_over(trimmed, alice, tmp_path)
    assert second == first
    assert Stream.objects.values_list("kept_from", "head").get() == ends
    assert client.get(url, {"after": cursor}).status_code == 200
    assert client.get(url, {"after": "1"}).json()["reason"] == "trimmed"


def test_its_folder_says_from_where_on_it_is_kept(trimmed, tmp_path):
    write_folder(take_snapshot(trimmed), tmp_path)
    stream = Stream.objects.get()
    assert f"Events: {stream.head}, kept from {stream.kept_from} on." in (tmp_path / "README.md").read_text()


def test_an_export_during_which_the_log_is_trimmed_is_refused(told):
    snapshot = take_snapshot(told)
    call_command("prune_events", "--keep", "5", verbosity=0)
    with pytest.raises(ExchangeError, match="was trimmed while it was read"):
        list(snapshot.events())
