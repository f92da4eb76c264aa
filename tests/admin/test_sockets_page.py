"""The page of the sockets names everybody's, so it is for superusers and those who were given the right to view it."""

from typing import Any
from weakref import WeakSet

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from realtime import admin, doorbell

URL = "/admin/realtime/socket/"


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: Any) -> None:
    """This process serves no sockets, whatever ran in it before."""
    monkeypatch.setattr(doorbell, "hubs", WeakSet())


def test_a_superuser_sees_it_among_the_pages_of_the_event_log(admin_client: Client) -> None:
    assert f'href="{URL}"' in admin_client.get("/admin/").content.decode()
    assert "serves no sockets yet" in admin_client.get(URL).content.decode()


def test_staff_without_the_right_do_not(alice_admin: Client) -> None:
    assert alice_admin.get(URL).status_code == 403
    assert URL not in alice_admin.get("/admin/").content.decode()


def test_staff_with_the_right_do(alice_admin: Client, alice: User) -> None:
    alice.user_permissions.add(Permission.objects.get(codename="view_socket"))
    assert alice_admin.get(URL).status_code == 200


def test_there_is_no_other_right_than_to_view(db: None) -> None:
    rights = Permission.objects.filter(content_type__app_label="realtime", content_type__model="socket")
    assert [right.codename for right in rights] == ["view_socket"]


def test_strangers_are_sent_to_the_login(client: Client, db: None) -> None:
    assert client.get(URL).status_code == 302


def test_it_changes_nothing(admin_client: Client) -> None:
    assert admin_client.get(f"{URL}add/").status_code == 403
    assert admin_client.get(f"{URL}1/change/").status_code == 302
    assert "<form" not in admin_client.get(URL).content.decode().split('id="content"')[1]


def test_it_refreshes_itself_when_asked_to(admin_client: Client) -> None:
    assert 'http-equiv="refresh"' not in admin_client.get(URL).content.decode()
    assert 'http-equiv="refresh"' in admin_client.get(f"{URL}?refresh").content.decode()


def test_it_says_so_when_the_event_loop_does_not_answer(admin_client: Client, monkeypatch: Any) -> None:
    def busy(look: Any) -> Any:
        raise TimeoutError

    monkeypatch.setattr(admin.insight, "ask_hubs", busy)
    assert "too busy to answer" in admin_client.get(URL).content.decode()
