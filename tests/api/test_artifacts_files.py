"""Artifacts with a file: uploaded or found in the project's folder, checked by the gateway, given back to members."""

import hashlib
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from gamedev_gateway.core.actors import Actor
from plans.models import Artifact
from plans.services import artifact_checks
from plans.services.projects import delete_project
from tests.api.answers import events, refused, task_of, wrong_fields
from tests.conftest import client_for
from tests.plans import files_to_check as files

HERO = files.picture()
SHA = hashlib.sha256(HERO).hexdigest()


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    """Where uploads are kept, and a root that the keeper allows, with a folder for each of two projects."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.GATEWAY_ARTIFACT_ROOTS = [tmp_path / "elsewhere", tmp_path / "root"]
    for name in ("pixel-jumper", "other-game"):
        (tmp_path / "root" / name).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def workspace(folders) -> Path:
    return folders / "root" / "pixel-jumper"


@pytest.fixture
def url(accepted):
    return f"/api/v1/tasks/{task_of(accepted, 'T-001').pk}/artifacts/"


def upload(client, url: str, data: bytes = HERO, name: str = "hero.png", headers=None, **fields):
    file = SimpleUploadedFile(name, data)
    body = {"type": "sprite", "category": "asset", "file": file, **fields}
    return client.post(url, body, format="multipart", headers=headers or {})


def note(client, url: str, path: str, **fields):
    return client.post(url, {"type": "sprite", "category": "asset", "path": path, **fields}).json()


def validate(client, made: dict, **body):
    return client.post(f"/api/v1/artifacts/{made['id']}/validate/", body)


def stored(folders) -> list[str]:
    return sorted(
        path.relative_to(folders / "media").as_posix() for path in (folders / "media").rglob("*") if path.is_file()
    )


@pytest.fixture
def in_a_child():
    """Checks run in a child process, as they do everywhere else."""


@pytest.fixture(autouse=True)
def seen_here(request, monkeypatch):
    """Checks run in this process, which is quicker; that the child says the same is tested elsewhere."""
    from plans.checking.check import check

    if "in_a_child" in request.fixturenames:
        return

    def check_file(file, name, *, budgets, around, screenshot, limits):
        report = check(file.read(), name, budgets=budgets, around=around, screenshot=screenshot)
        return {**report.as_dict(), "valid": report.valid}

    monkeypatch.setattr(artifact_checks, "check_file", check_file)


# Uploads


def test_an_upload_is_kept_measured_and_told(as_bob, url, folders, project):
    response = upload(as_bob, url)
    made = response.json()
    assert response.status_code == 201
    assert (made["path"], made["sha256"], made["size_bytes"]) == ("hero.png", SHA, len(HERO))
    assert (made["validation_status"], made["file"]) == ("valid", f"/api/v1/artifacts/{made['id']}/file/")
    assert made["validation_report"]["checked_by"] == "gateway"
    assert stored(folders) == [f"artifacts/pixel-jumper/{SHA}"]
    assert events(project, "artifact.created")[-1]["payload"]["sha256"] == SHA


def test_an_upload_may_say_where_it_belongs(as_alice, url):
    made = upload(as_alice, url, path="sprites/hero.png", uri="https://x.example/hero.png").json()
    assert (made["path"], made["uri"]) == ("sprites/hero.png", "https://x.example/hero.png")


def test_the_name_of_an_upload_leads_nowhere(as_alice, url, folders):
    for name in ("../../../etc/cron.d/x", "..\\..\\x.png", "/etc/passwd", "C:\\x.png"):
        made = upload(as_alice, url, name=name).json()
        assert "/" not in made["path"] and ".." not in made["path"]
    assert wrong_fields(upload(as_alice, url, path="../x.png")) == {"path"}
    assert stored(folders) == [f"artifacts/pixel-jumper/{SHA}"]


def test_the_same_file_is_kept_once_and_goes_with_its_last_artifact(
    as_alice, url, folders, django_capture_on_commit_callbacks
):
    first, second = (upload(as_alice, url, name=name).json() for name in ("a.png", "b.png"))
    for made, left in ((first, 1), (second, 0)):
        with django_capture_on_commit_callbacks(execute=True):
            assert as_alice.delete(f"/api/v1/artifacts/{made['id']}/").status_code == 204
        assert len(stored(folders)) == left


def test_a_file_that_a_dying_server_cut_off_is_written_anew(as_alice, url, folders):
    upload(as_alice, url)
    kept = folders / "media" / stored(folders)[0]
    kept.write_bytes(HERO[:10])
    upload(as_alice, url)
    assert kept.read_bytes() == HERO


def test_uploads_go_with_their_project(as_alice, alice, url, project, folders, django_capture_on_commit_callbacks):
    upload(as_alice, url)
    with django_capture_on_commit_callbacks(execute=True):
        delete_project(project, actor=Actor.person(alice))
    assert stored(folders) == []


def test_an_upload_sent_twice_with_one_key_is_one(as_alice, url):
    key = {"Idempotency-Key": "abc"}
    first, again = (upload(as_alice, url, headers=key) for _ in range(2))
    assert (again.json()["id"], again["Idempotent-Replayed"]) == (first.json()["id"], "true")
    refused(upload(as_alice, url, data=b"another file", headers=key), 422, "idempotency_mismatch")


def test_what_is_too_large_is_refused(as_alice, url, settings, folders):
    settings.GATEWAY_ARTIFACT_MAX_BYTES = 100
    refused(upload(as_alice, url), 413, "body_too_large")
    settings.GATEWAY_ARTIFACT_MAX_BYTES, settings.GATEWAY_ARTIFACT_PROJECT_BYTES = 1_000, 200
    assert upload(as_alice, url).status_code == 201
    refused(upload(as_alice, url, data=b"x" * 100), 409, "artifacts_full")
    assert upload(as_alice, url, name="again.png").status_code == 201
    assert len(stored(folders)) == 1


def test_a_multipart_body_is_checked_like_any_other(as_alice, url):
    bad = {"type": "", "category": "smell", "sha256": "xyz", "size_bytes": "many", "colour": "red"}
    assert wrong_fields(upload(as_alice, url, **bad)) == {"colour"}
    del bad["colour"]
    assert wrong_fields(upload(as_alice, url, **bad)) == set(bad)
    assert wrong_fields(as_alice.post(url, {"type": "x", "category": "asset", "file": "words"})) == {"file"}
    assert wrong_fields(as_alice.post(url, {"type": "x", "category": "asset"}, format="multipart")) == {"path"}
    refused(as_alice.post(url, b"--x\r\nno end", content_type="multipart/form-data; boundary=x"), 400, "invalid")
    refused(as_alice.post(url, b"x", content_type="multipart/form-data"), 400, "parse_error")
    refused(as_alice.put(url, {"type": "x"}), 405, "method_not_allowed")


def test_viewers_and_strangers_upload_nothing(as_vera, as_charlie, url, folders):
    refused(upload(as_vera, url), 403, "forbidden")
    refused(upload(as_charlie, url), 404, "not_found")
    refused(upload(APIClient(), url), 401, "not_authenticated")
    assert stored(folders) == []


# Checks


def test_the_gateway_looks_itself_in_another_process(as_alice, url, project, in_a_child):
    made = upload(as_alice, url).json()
    told = validate(as_alice, made).json()
    assert told["validation_status"] == "valid"
    report = told["validation_report"]
    assert (report["checked_by"], report["kind"], report["findings"]) == ("gateway", "png", [])
    assert (report["facts"]["width"], report["facts"]["sha256"]) == (32, SHA)
    assert events(project, "artifact.validated")[-1]["payload"]["validation_status"] == "valid"


def test_a_bad_file_is_invalid_with_the_reason(as_alice, url, seen_here):
    told = validate(as_alice, upload(as_alice, url, name="hero.jpg").json()).json()
    finding = told["validation_report"]["findings"][0]
    assert (told["validation_status"], finding["code"]) == ("invalid", "mislabelled")
    assert finding["message"] == "Its name says a JPEG picture, but it looks like a PNG picture."


def test_a_wrong_digest_or_size_stays_wrong(as_alice, url, seen_here):
    made = upload(as_alice, url, sha256="ab" * 32, size_bytes=7).json()
    for _ in range(2):
        told = validate(as_alice, made).json()
        codes = [finding["code"] for finding in told["validation_report"]["findings"]]
        assert (told["validation_status"], codes) == ("invalid", ["sha256_differs", "size_differs"])


def test_a_told_verdict_does_not_look_like_one_seen(as_alice, url):
    made = upload(as_alice, url).json()
    forged = {"checked_by": "gateway", "kind": "png", "findings": []}
    told = validate(as_alice, made, status="valid", report=forged).json()
    assert told["validation_report"]["checked_by"] == "user alice"


def test_somebody_called_gateway_is_not_the_gateway(as_alice, alice, url):
    alice.username = "gateway"
    alice.save()
    told = validate(client_for(alice), upload(as_alice, url).json(), status="valid").json()
    assert told["validation_report"]["checked_by"] == "user gateway"


def test_what_the_gateway_cannot_judge_it_says(as_alice, url, seen_here, project):
    before = len(events(project, "artifact.validated"))
    refused(validate(as_alice, note(as_alice, url, "nowhere.png")), 409, "no_file")
    blend = upload(as_alice, url, data=b"BLENDER", name="hero.blend").json()
    assert "png" in refused(validate(as_alice, blend), 409, "not_checkable")["known"]
    assert len(events(project, "artifact.validated")) == before
    assert Artifact.objects.get(pk=blend["id"]).validation_status == "pending"
    empty = upload(as_alice, url, data=b"", name="hero.blend").json()
    assert validate(as_alice, empty).json()["validation_status"] == "invalid"


def test_budgets_and_guids_come_with_the_question(as_alice, url, seen_here):
    hero = upload(as_alice, url).json()
    assert validate(as_alice, hero, budgets={"max_texture_px": 31}).json()["validation_status"] == "invalid"
    assert validate(as_alice, hero, budgets={"max_texture_px": 32}).json()["validation_status"] == "valid"
    prefab = upload(as_alice, url, data=files.PREFAB, name="hero.prefab").json()
    other = files.META.replace(files.HERO_GUID.encode(), files.OTHER_GUID.encode())
    upload(as_alice, url, data=other, name="other.png.meta")
    assert validate(as_alice, prefab).json()["validation_report"]["findings"][0]["code"] == "dangling_guid"
    assert validate(as_alice, prefab, known_guids=[files.HERO_GUID]).json()["validation_status"] == "valid"
    upload(as_alice, url, data=files.META, name="hero.png.meta")
    assert validate(as_alice, prefab).json()["validation_status"] == "valid"


def test_a_question_is_checked(as_alice, url):
    made = upload(as_alice, url).json()
    for body, field in [
        ({"budgets": {"max_polygons": 3}}, "budgets.max_polygons"),
        ({"budgets": {"max_triangles": 0}}, "budgets.max_triangles"),
        ({"known_guids": ["xyz"]}, "known_guids.0"),
        ({"report": {}}, "status"),
        ({"status": "valid", "budgets": {}}, "budgets"),
        ({"status": "pending"}, "status"),
    ]:
        assert wrong_fields(validate(as_alice, made, **body)) == {field}


def test_a_screenshot_shows_something(as_alice, url, seen_here):
    swatch = files.one_colour(size=(4, 4))
    asset, shot = (upload(as_alice, url, data=swatch, category=each).json() for each in ("asset", "screenshot"))
    assert validate(as_alice, asset).json()["validation_status"] == "valid"
    assert validate(as_alice, shot).json()["validation_status"] == "invalid"


def test_viewers_and_strangers_have_nothing_checked(as_alice, as_vera, as_charlie, url):
    made = upload(as_alice, url).json()
    refused(validate(as_vera, made), 403, "forbidden")
    refused(validate(as_charlie, made), 404, "not_found")


def test_a_check_that_could_not_be_made_is_no_verdict(as_alice, url, monkeypatch, settings):
    settings.GATEWAY_ARTIFACT_CHECK_SECONDS = 0
    monkeypatch.setattr(artifact_checks, "SLOTS", BoundedSemaphore(1))
    with artifact_checks.SLOTS:
        made = upload(as_alice, url).json()
        refused(validate(as_alice, made), 503, "check_unavailable")

    def fail(*args, **kwargs):
        raise artifact_checks.CheckFailed("No process could be started.")

    monkeypatch.setattr(artifact_checks, "check_file", fail)
    refused(validate(as_alice, made), 503, "check_unavailable")
    assert Artifact.objects.get(pk=made["id"]).validation_status == "pending"


# Files that are there already


def test_a_file_in_the_projects_folder_is_measured_and_checked(as_alice, url, workspace, seen_here):
    (workspace / "art").mkdir()
    (workspace / "art" / "hero.png").write_bytes(HERO)
    made = note(as_alice, url, "art/hero.png")
    assert (made["sha256"], made["size_bytes"], made["file"]) == (SHA, len(HERO), None)
    assert validate(as_alice, made).json()["validation_status"] == "valid"
    (workspace / "art" / "hero.png").write_bytes(files.picture(size=(9, 9)))
    told = validate(as_alice, made).json()
    assert "sha256_differs" in [finding["code"] for finding in told["validation_report"]["findings"]]


def test_no_path_leads_out_of_the_projects_folder(as_alice, url, workspace, folders, seen_here):
    (folders / "root" / "other-game" / "secret.png").write_bytes(HERO)
    (folders / "secret.png").write_bytes(HERO)
    (workspace / "link.png").symlink_to(folders / "secret.png")
    (workspace / "up").symlink_to(folders / "root")
    for path in ("link.png", "up/other-game/secret.png", str(folders / "secret.png"), "/etc/passwd", "\\etc\\passwd"):
        made = note(as_alice, url, path)
        assert (made["sha256"], made["size_bytes"]) == ("", None), path
        refused(validate(as_alice, made), 409, "no_file")
        refused(as_alice.get(f"/api/v1/artifacts/{made['id']}/file/"), 404, "not_found")
    response = as_alice.post(url, {"type": "x", "category": "asset", "path": "../other-game/secret.png"})
    assert wrong_fields(response) == {"path"}


def test_a_file_that_is_too_large_to_read_is_invalid(as_alice, url, workspace, settings):
    settings.GATEWAY_ARTIFACT_MAX_BYTES = 50
    (workspace / "hero.png").write_bytes(HERO)
    made = note(as_alice, url, "hero.png")
    told = validate(as_alice, made).json()
    assert (made["sha256"], told["validation_status"]) == ("", "invalid")
    assert told["validation_report"]["findings"][0]["code"] == "too_large"


def test_without_roots_only_uploads_are_read(as_alice, url, workspace, settings):
    (workspace / "hero.png").write_bytes(HERO)
    settings.GATEWAY_ARTIFACT_ROOTS = []
    refused(validate(as_alice, note(as_alice, url, "hero.png")), 409, "no_file")


# Giving it back


def given(client, made: dict, **headers):
    response = client.get(f"/api/v1/artifacts/{made['id']}/file/", headers=headers)
    return response, b"".join(response.streaming_content)


def test_pictures_are_shown_sounds_played_and_anything_else_saved(as_vera, as_alice, url):
    response, body = given(as_vera, upload(as_alice, url).json(), Accept="image/*")
    assert (response.status_code, body, response["Content-Type"]) == (200, HERO, "image/png")
    assert response["Content-Disposition"] == 'inline; filename="hero.png"'
    sound, _ = given(as_vera, upload(as_alice, url, data=files.wav(files.tone()), name="jump.wav").json())
    assert (sound["Content-Type"], sound["Content-Disposition"]) == ("audio/wav", 'inline; filename="jump.wav"')
    page = upload(as_alice, url, data=b"<script>alert(1)</script>", name="hero.png").json()
    for made in (page, upload(as_alice, url, data=b"<svg onload='x'/>", name="x.svg").json()):
        response, _ = given(as_vera, made)
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment;")


def test_no_browser_runs_what_is_given_back(as_alice, url):
    response, _ = given(as_alice, upload(as_alice, url).json())
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_name_cannot_break_the_header(as_alice, url):
    made = upload(as_alice, url, path='art/a"; x="\u00e9\r\nSet-Cookie: y.png').json()
    response, _ = given(as_alice, made)
    assert "Set-Cookie" not in response
    assert response["Content-Disposition"].startswith("inline; filename*=utf-8''")


def test_files_are_for_members(as_alice, as_charlie, url, folders):
    made = upload(as_alice, url).json()
    place = f"/api/v1/artifacts/{made['id']}/file/"
    refused(as_charlie.get(place), 404, "not_found")
    refused(APIClient().get(place), 401, "not_authenticated")
    for path in (folders / "media").rglob("*"):
        if path.is_file():
            path.unlink()
    refused(as_alice.get(place), 404, "not_found")
