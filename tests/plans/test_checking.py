"""Files of every kind, whole and broken: each gets the verdict that is its due, and none ends the check."""

from array import array

import pytest

from plans.checking.budgets import Budgets
from plans.checking.check import check
from plans.checking.report import LONGEST_MESSAGE, MOST_FINDINGS, Report
from plans.checking.surroundings import Surroundings
from tests.plans import files_to_check as files
from tests.plans.bad_files import BAD
from tests.plans.files_to_check import GOOD, HERO_GUID, META, OTHER_GUID, PREFAB, TSCN, Sample


def facts(data: bytes, name: str) -> dict:
    return check(data, name).facts


def warnings(data: bytes, name: str, **known) -> list[str]:
    report = check(data, name, **known)
    assert report.valid
    return report.codes("warning")


@pytest.mark.parametrize("sample", GOOD, ids=str)
def test_a_sound_file_is_valid(sample: Sample):
    report = check(sample.data, sample.name)
    assert report.valid, report.findings


@pytest.mark.parametrize("sample", BAD, ids=str)
def test_a_bad_file_is_invalid_for_the_right_reason(sample: Sample):
    report = check(sample.data, sample.name)
    assert sample.error in report.codes(), report.findings
    assert not report.valid


def test_there_are_many_bad_files():
    assert len(BAD) >= 150


@pytest.mark.parametrize("sample", [each for each in GOOD if len(each.data) < 100_000], ids=str)
def test_no_cut_of_a_file_ends_the_check(sample: Sample):
    """Each sound file, cut off at twelve places and with a byte turned at twelve places."""
    step = max(1, len(sample.data) // 12)
    for place in range(0, len(sample.data), step):
        for data in (sample.data[:place], files.flipped(sample.data, place)):
            report = check(data, sample.name)
            assert report.valid == (not report.codes())


def test_a_reason_is_in_plain_words():
    told = check(files.picture(), "hero.jpg").as_dict()
    assert told["findings"] == [
        {
            "level": "error",
            "code": "mislabelled",
            "message": "Its name says a JPEG picture, but it looks like a PNG picture.",
        }
    ]
    assert told["kind"] == "jpeg"


def test_a_reason_says_where():
    finding = check(b'{"a": 1,\n "b": }', "a.json").findings[0]
    assert (finding.code, finding.where) == ("syntax", "line 2")
    assert check(b"class A {\n  int x = ;\n}\n", "A.cs").findings[0].where == "line 2"
    assert check(b"x = 1\ny = (\n", "a.py").findings[0].where == "line 2"
    assert check(b"a: 1\nb: [\n", "a.yaml").findings[0].where == "line 3"


def test_facts_are_measured():
    assert facts(files.picture(size=(64, 48)), "a.png") | {"sha256": "", "size_bytes": 0} == {
        "width": 64,
        "height": 48,
        "mode": "RGB",
        "sha256": "",
        "size_bytes": 0,
    }
    sound = facts(files.wav(files.tone(0.5, 0.4)), "a.wav")
    assert (sound["seconds"], sound["channels"], sound["sample_rate"]) == (0.5, 1, 8_000)
    assert sound["peak"] == pytest.approx(0.4, abs=0.01)
    assert facts(files.glb(), "a.glb")["triangles"] == 1
    assert facts(files.pdf(3), "a.pdf")["pages"] == 3
    assert facts(TSCN, "a.tscn")["nodes"] == 3
    assert facts(META, "a.png.meta")["guid"] == HERO_GUID
    assert facts(files.MARKDOWN, "a.md")["headings"] == 1
    assert facts(b"{}", "a.json")["sha256"] == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(("mode", "corners", "triangles"), [(4, 9, 3), (5, 9, 7), (6, 9, 7), (1, 9, 0), (5, 1, 0)])
def test_triangles_are_counted_by_how_they_are_drawn(mode, corners, triangles):
    mesh = {"primitives": [{"attributes": {"POSITION": 0}, "mode": mode}]}
    accessor = {"componentType": 5126, "count": corners, "type": "VEC3"}
    assert facts(files.gltf(meshes=[mesh], accessors=[accessor]), "a.gltf")["triangles"] == triangles


@pytest.mark.parametrize(
    ("data", "name", "budgets"),
    [
        (files.picture(size=(64, 48)), "a.png", Budgets(max_texture_px=63)),
        (files.glb(files.model(meshes=files.model()["meshes"] * 2)), "a.glb", Budgets(max_triangles=1)),
        (files.wav(files.tone(1.5)), "a.wav", Budgets(max_seconds=1)),
        (b"# Long\n", "a.md", Budgets(max_bytes=6)),
    ],
)
def test_a_projects_own_budgets_hold(data, name, budgets):
    assert check(data, name).valid
    assert check(data, name, budgets=budgets).codes() == ["over_budget"]


def test_a_swatch_is_fine_as_an_asset_but_no_screenshot():
    swatch = files.one_colour(size=(4, 4))
    assert check(swatch, "white.png").valid
    assert check(swatch, "white.png", screenshot=True).codes() == ["blank"]


def test_a_name_without_a_known_ending_gives_no_verdict_on_the_content():
    report = check(files.picture(), "hero.blend")
    assert (report.kind, report.facts["looks_like"], report.findings) == ("unknown", "png", [])
    assert check(b"", "hero.blend").codes() == ["empty"]


def test_files_that_are_needed_are_looked_for_among_those_given():
    assert warnings(TSCN, "a.tscn") == ["missing_file"]
    assert warnings(TSCN, "a.tscn", around=Surroundings(files=frozenset({"game/hero.gd"}))) == []
    outer = files.gltf(buffers=[{"byteLength": 44, "uri": "hero%20one.bin"}])
    assert warnings(outer, "a.gltf") == ["missing_file"]
    assert warnings(outer, "a.gltf", around=Surroundings(files=frozenset({"models\\hero one.bin"}))) == []
    text = b"![Hero](./hero.png) [rules](#x) [site](https://x.example) [mail](mailto:a@b.c)\n"
    assert warnings(text, "a.md") == ["missing_file"]
    assert warnings(text, "a.md", around=Surroundings(files=frozenset({"hero.png"}))) == []


def test_guids_are_judged_once_meta_files_are_given():
    assert check(PREFAB, "a.prefab").codes("info") == ["not_checked"]
    assert check(PREFAB, "a.prefab", around=Surroundings(guids={HERO_GUID: "hero.png"})).findings == []
    dangling = check(PREFAB, "a.prefab", around=Surroundings(guids={OTHER_GUID: "other.png"}))
    assert [(finding.code, finding.where) for finding in dangling.findings] == [("dangling_guid", "line 17")]
    told = Surroundings(guids={OTHER_GUID: "other.png"}, known_guids=frozenset({HERO_GUID}))
    assert check(PREFAB, "a.prefab", around=told).valid


def test_two_assets_cannot_have_one_guid():
    twin = check(META, "hero.png.meta", around=Surroundings(guids={HERO_GUID: "villain.png"}))
    assert twin.codes() == ["duplicate_id"]
    assert "villain.png" in twin.findings[0].message


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b'{"a": 1, "a": 2}', "a.json", "duplicate_key"),
        (b"a: 1\nb: 2\na: 3\n", "a.yaml", "duplicate_key"),
        (b"a: !!python/object/apply:os.system [ls]\n", "a.yaml", "python_tag"),
        (b"# A\n\n```\nopen", "a.md", "open_fence"),
        (b"[x](<data:text/html,y>) [y](JavaScript:z)", "a.md", "runs"),
        (files.pdf().replace(b"/MediaBox", b"/JavaScript 1/MediaBox"), "a.pdf", "active_content"),
        (TSCN.replace(b"format=3", b"format=9").replace(b"hero.gd", b""), "a.tscn", "unknown_format"),
    ],
)
def test_what_is_odd_but_works_is_a_warning(data, name, code):
    assert code in [*check(data, name).codes("warning"), *check(data, name).codes()]


def test_a_report_is_bounded_whatever_the_file_holds():
    many = check(TSCN + b'[node name="A" parent="\x1b[31mGone"]\n' * 500, "a.tscn")
    assert (len(many.findings), many.errors) == (MOST_FINDINGS, 500)
    assert "\x1b" not in many.findings[-1].message
    long = check(b'[gd_scene format=3]\n[node name="A"]\n[node name="B" parent="' + b"x" * 90_000 + b'"]\n', "a.tscn")
    assert len(long.findings[0].message) == LONGEST_MESSAGE


def test_errors_are_kept_before_what_is_milder():
    report = Report()
    for _ in range(MOST_FINDINGS):
        report.info("small", "A small thing.")
    report.error("large", "A large thing.")
    report.warning("small", "Another small thing.")
    assert (len(report.findings), report.codes(), report.valid) == (MOST_FINDINGS, ["large"], False)


def test_a_library_that_fails_is_a_verdict_and_no_crash(monkeypatch):
    from plans.checking import check as checking

    for error, code in (
        (MemoryError(), "too_much_memory"),
        (RecursionError(), "too_deep"),
        (KeyError("x"), "unreadable"),
    ):

        def fail(asked, report, error=error):
            raise error

        monkeypatch.setitem(checking.CHECKS, "json", fail)
        assert check(b"{}", "a.json").codes() == [code]


def test_a_long_silence_is_heard_to_its_end():
    quiet_then_loud = array("h", [0] * 70_000) + files.tone(0.1)
    assert check(files.wav(quiet_then_loud), "a.wav").valid
