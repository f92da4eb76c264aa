"""Briefs read from YAML, JSON and design documents."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plans.brief import Brief
from plans.brief_files import BriefError, Format, ParsedBrief, format_of, read_brief

BRIEFS = Path(__file__).parent.parent / "data" / "briefs"
SLOW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def brief_file(name: str) -> ParsedBrief:
    path = BRIEFS / name
    return read_brief(path.read_text(encoding="utf-8"), format_of(path.name))


def document(name: str) -> ParsedBrief:
    return brief_file(f"documents/{name}.md")


def errors_of(text: str, format: Format = "yaml") -> dict[str, list[str]]:
    with pytest.raises(BriefError) as caught:
        read_brief(text, format)
    return caught.value.errors


class TestFormats:
    @pytest.mark.parametrize(
        ("filename", "expected"),
        [
            ("a.yaml", "yaml"),
            ("a.YML", "yaml"),
            ("a.b.json", "json"),
            ("x/GDD.md", "markdown"),
            ("a.markdown", "markdown"),
        ],
    )
    def test_the_ending_of_a_file_name_gives_its_format(self, filename: str, expected: str) -> None:
        assert format_of(filename) == expected

    @pytest.mark.parametrize("filename", ["", "brief", "brief.docx", ".yaml", "a.md.exe", "\0"])
    def test_another_ending_is_refused_with_the_endings_that_are_read(self, filename: str) -> None:
        with pytest.raises(BriefError, match=r"\.yaml, \.yml, \.json, \.md, \.markdown"):
            format_of(filename)


class TestTheRealFiles:
    def test_the_brief_of_the_first_version_is_complete(self) -> None:
        parsed = brief_file("pixel-jumper.yaml")
        assert (parsed.name, parsed.id) == ("Pixel Jumper", None)
        assert parsed.brief.missing() == []
        assert parsed.brief.references == ["Celeste", "Super Mario Bros.", "Downwell"]
        assert parsed.brief.kpis == {"day_1_retention": 0.35, "session_minutes": 8}

    def test_the_archery_document_gives_the_required_answers(self) -> None:
        parsed = brief_file("accessible-archery.md")
        assert parsed.name == "Accessible Archery"
        assert parsed.brief.pitch.startswith("A Wii-Sports-style 3D Olympic archery game that is accessibility-first")
        assert parsed.brief.genre == "arcade sports (target archery, World Archery rules flavor)"
        assert parsed.brief.visual_style.startswith("clean low-poly Olympic arena (stadium, crowd")
        assert parsed.brief.engine.startswith("Godot 4, GDScript")
        assert parsed.brief.missing() == []

    def test_the_archery_mechanics_are_those_a_producer_would_name(self) -> None:
        mechanics = brief_file("accessible-archery.md").brief.mechanics
        names = [line.split(":")[0] for line in mechanics]
        assert names[1:6] == [
            "Aim",
            "Draw",
            "Sway & steady (the skill expression)",
            "Release & flight",
            "Scoring & match",
        ]
        assert {"Athletes", "Booth / event mode"} <= set(names)
        assert "Draw: Hold the draw intent to charge; full draw takes full_draw_seconds (default 1.2 s)." in mechanics

    def test_the_archery_constraints_are_pillars_ship_gates_and_what_is_out_of_scope(self) -> None:
        brief = brief_file("accessible-archery.md").brief
        assert any(line.startswith("Single-switch is the floor. If a feature") for line in brief.constraints)
        assert "MIT + CC-BY assets only; everything redistributable." in brief.constraints
        assert brief.constraints[-1] == "Out of scope (for now): Practice/tutorial range with spoken coaching."
        assert brief.milestones == []

    def test_the_archery_document_says_nothing_of_platform_and_audience_and_nothing_is_invented(self) -> None:
        brief = brief_file("accessible-archery.md").brief
        assert (brief.platform, brief.target, brief.references, brief.kpis) == ([], "", [], {})


class TestFieldsInYamlAndJson:
    @pytest.mark.parametrize("wrapper", ["brief", "project", "Project"])
    def test_the_fields_may_stand_under_brief_or_project(self, wrapper: str) -> None:
        text = json.dumps({wrapper: {"name": "Foo", "id": 7, "genre": "puzzle"}})
        assert read_brief(text, "json") == ParsedBrief("Foo", Brief(genre="puzzle"), "7")

    def test_name_under_project_and_answers_under_brief_are_put_together(self) -> None:
        parsed = read_brief("project: {name: Foo}\nbrief:\n  genre: puzzle\n", "yaml")
        assert (parsed.name, parsed.brief.genre) == ("Foo", "puzzle")

    @pytest.mark.parametrize("format", ["yaml", "json", "markdown"])
    @pytest.mark.parametrize("text", ["", " \n\n", "\ufeff"])
    def test_an_empty_file_is_a_brief_without_answers(self, text: str, format: Format) -> None:
        assert read_brief(text, format) == ParsedBrief("", Brief(), None)

    @pytest.mark.parametrize(
        ("written", "expected"),
        [
            ("pc, web", ["pc", "web"]),
            ("pc", ["pc"]),
            ("|\n  - run\n  - jump far, then land\n", ["run", "jump far, then land"]),
            (
                "a long sentence about running, which goes on and on and on",
                ["a long sentence about running, which goes on and on and on"],
            ),
            ("run (left, right), jump", ["run (left, right)", "jump"]),
            ("[1, 2.5, null, '']", ["1", "2.5"]),
            ("null", []),
            ("3", ["3"]),
        ],
    )
    def test_a_list_may_be_written_as_one_text(self, written: str, expected: list[str]) -> None:
        assert read_brief(f"mechanics: {written}", "yaml").brief.mechanics == expected

    def test_milestones_may_have_dates(self) -> None:
        text = "milestones:\n- {name: Alpha, date: 2026-03-01}\n- beta: 2026-06-01\n- Gold\n- {title: Ship, text: it}"
        assert read_brief(text, "yaml").brief.milestones == [
            "Alpha (2026-03-01)",
            "beta: 2026-06-01",
            "Gold",
            "Ship: it",
        ]

    def test_milestones_may_be_a_mapping(self) -> None:
        text = "milestones: {Alpha: 2026-03-01, Beta: {date: 2026-06-01}}"
        assert read_brief(text, "yaml").brief.milestones == ["Alpha: 2026-03-01", "Beta (2026-06-01)"]

    @pytest.mark.parametrize(
        "written",
        [
            "{retention: 0.35, minutes: 8}",
            "['retention: 0.35', 'minutes = 8']",
            "[{retention: 0.35}, {name: minutes, target: 8}]",
            "'retention: 0.35, minutes: 8'",
        ],
    )
    def test_kpis_may_be_a_mapping_or_a_list(self, written: str) -> None:
        assert read_brief(f"kpis: {written}", "yaml").brief.kpis == {"retention": 0.35, "minutes": 8}

    def test_yaml_words_that_look_like_something_else_stay_what_was_written(self) -> None:
        brief = read_brief("platform: [no, on]\ntarget: 12:30\ngenre: 2026-03-01\nengine: 007", "yaml").brief
        assert (brief.platform, brief.target, brief.genre, brief.engine) == (["no", "on"], "12:30", "2026-03-01", "007")

    def test_field_names_may_be_written_with_capitals_and_spaces(self) -> None:
        assert read_brief("Visual style: ink\nGenre: puzzle", "yaml").brief == Brief(visual_style="ink", genre="puzzle")

    def test_windows_line_ends_and_a_byte_order_mark_are_read(self) -> None:
        assert read_brief("\ufeffname: Foo\r\ngenre: puzzle\r\n", "yaml").brief.genre == "puzzle"

    def test_any_language_is_kept_as_written(self) -> None:
        assert read_brief("pitch: 跳ぶ 🦊 ñandú é", "yaml").brief.pitch == "跳ぶ 🦊 ñandú é"


class TestMistakesAreNamed:
    @pytest.mark.parametrize(
        ("key", "meant"), [("gener", "genre"), ("title", "name"), ("platforms", "platform"), ("roadmap", "milestones")]
    )
    def test_an_unknown_field_gets_a_suggestion(self, key: str, meant: str) -> None:
        assert errors_of(f"{key}: x") == {key: [f'Unknown field. Did you mean "{meant}"?']}

    def test_an_unknown_field_like_no_other_gets_the_list(self) -> None:
        assert errors_of("zzz: 1")["zzz"][0].startswith("Unknown field. The fields are name, id, pitch,")

    @pytest.mark.parametrize(
        ("text", "field"),
        [
            ("genre: [a, b]", "genre"),
            ("pitch: true", "pitch"),
            ("pitch: .nan", "pitch"),
            ("mechanics: [[a]]", "mechanics"),
            ("mechanics: false", "mechanics"),
            ("milestones: [{name: [[1]]}]", "milestones"),
            ("milestones: [{}]", "milestones"),
            ("kpis: 3", "kpis"),
            ("kpis: [3]", "kpis"),
            ("kpis: {a: .inf}", "kpis"),
            ("kpis: {a: [{b: .nan}]}", "kpis"),
            ("kpis: {a: 99999999999999999999}", "kpis"),
            ("kpis: ['a: 1', 'a: 2']", "kpis"),
            ("brief: text", "brief"),
            ("id: {a: 1}", "id"),
            (f"name: {'x' * 201}", "name"),
            (f"genre: {'x' * 501}", "genre"),
            (f"mechanics: [{'a, ' * 101}]", "mechanics"),
            (f"mechanics: [{'a' * 1001}]", "mechanics"),
            ("Genre: a\ngenre: b", "genre"),
        ],
    )
    def test_a_wrong_value_names_its_field(self, text: str, field: str) -> None:
        assert list(errors_of(text)) == [field]

    def test_all_mistakes_are_told_at_once(self) -> None:
        assert set(errors_of("gener: x\npitch: [a]\nkpis: 3")) == {"gener", "pitch", "kpis"}

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
    def test_numbers_that_are_not_finite_are_refused_in_json(self, number: str) -> None:
        assert errors_of(f'{{"kpis": {{"a": {number}}}}}', "json")["kpis"][0].startswith('"a" must be a finite number')

    @pytest.mark.parametrize(
        ("text", "beginning"),
        [
            ("name: a\ngenre: b: c", "Line 2, column 9: mapping values are not allowed here"),
            ("name: a\nname: b", 'Line 2, column 1: "name" is given twice'),
            ("name: a\n---\nname: b", "Line 2, column 1: A second document begins here"),
            ("a: &x [1]\nb: *x", "Line 2, column 4: YAML aliases are not read"),
            ("? [a]\n: b", "Line 1, column 3: a field name must be plain text"),
            ("pitch: !!python/object/apply:os.system [ls]", "Line 1, column 8: the tag"),
            ("pitch: !!binary aGk=", "Line 1, column 8: the tag"),
            ("pitch: !!int abc", "Line 1, column 8: this number cannot be read"),
            ('pitch: "\\UFFFFFFFF"', "Line 1, column"),
            ("pitch: a\x07", "Line 1, column 9: there is a control character"),
            ("pitch: a\0", "Line 1, column 9: there is a NUL byte"),
            ("a\nb\ud800", "Line 2, column 2: there is half a character"),
            ("- a", "Write the brief as named fields"),
            ("just words", "Write the brief as named fields"),
        ],
    )
    def test_yaml_that_cannot_be_read_says_where(self, text: str, beginning: str) -> None:
        assert errors_of(text)["document"][0].startswith(beginning)

    @pytest.mark.parametrize(
        ("text", "beginning"),
        [
            ('{"a": 1,\n]', "Line 2, column 1: "),
            ('{"genre": "a", "genre": "b"}', '"genre" is given twice'),
            ("[1]", "Write the brief as named fields"),
            ("9" * 5000, "A number has too many digits"),
        ],
    )
    def test_json_that_cannot_be_read_says_where(self, text: str, beginning: str) -> None:
        assert errors_of(text, "json")["document"][0].startswith(beginning)

    @pytest.mark.parametrize("escape", ["\\u0000", "\\ud800"])
    def test_characters_that_cannot_be_stored_are_found_behind_escapes(self, escape: str) -> None:
        assert "Character 2: " in errors_of(f'{{"pitch": "a{escape}"}}', "json")["pitch"][0]
        assert "Character 2: " in errors_of(f'{{"kpis": {{"a{escape}": 1}}}}', "json")["kpis"][0]

    def test_an_error_about_a_strange_field_name_can_itself_be_encoded(self) -> None:
        json.dumps(errors_of('{"\\ud800\\u0000": 1}', "json"), ensure_ascii=False).encode()


class TestHostileFiles:
    def test_a_billion_laughs_are_refused(self) -> None:
        levels = [f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
        assert "aliases" in errors_of("\n".join(["k0: &a0 lol", *levels]))["document"][0]

    @pytest.mark.parametrize(
        ("text", "format"),
        [
            ("[" * 100_000, "yaml"),
            ("- " * 100_000, "yaml"),
            ("{a: " * 100_000, "yaml"),
            ("[" * 100_000, "json"),
            ('{"brief":' * 40 + "{}" + "}" * 40, "json"),
            ('{"a":' * 100_000, "json"),
        ],
    )
    def test_deep_nesting_is_refused(self, text: str, format: Format) -> None:
        assert "nested too deeply" in errors_of(text, format)["document"][0]

    @pytest.mark.parametrize("format", ["yaml", "json", "markdown"])
    def test_a_file_that_is_too_big_is_refused(self, format: Format) -> None:
        assert "larger than 1 MB" in errors_of("é" * 600_000, format)["document"][0]
        assert "more than 20000 lines" in errors_of("\n" * 30_000, format)["document"][0]

    def test_a_yaml_file_with_too_many_values_is_refused(self) -> None:
        assert "values" in errors_of(f"mechanics: [{'a, ' * 30_000}]")["document"][0]

    def test_a_thousand_unknown_fields_give_a_short_answer(self) -> None:
        assert len(errors_of(json.dumps({f"k{n}": n for n in range(1_000)}), "json")) == 20

    @pytest.mark.parametrize(
        "text",
        [
            "> " * 5_000 + "a",
            "[" * 5_000,
            "**a" * 5_000,
            "".join("  " * n + "- a\n" for n in range(300)),
            "<!-- # Genre\nx -->",
            "| a |\n|---|\n" * 500,
            "Mechanics: " + "a," * 50_000,
            "# " + "Game design " * 5_000,
        ],
    )
    def test_hostile_markdown_is_read_in_peace(self, text: str) -> None:
        read_brief(text, "markdown")

    def test_values_that_are_too_long_in_a_document_are_shortened_and_capped(self) -> None:
        pitch = "A sentence of some length about a fox. " * 1_000
        items = "\n".join(f"- mechanic {n} {'x' * (1_100 if n == 0 else 1)}" for n in range(150))
        brief = read_brief(f"# Fox\n## Pitch\n{pitch}\n## Genre\n{pitch}\n## Mechanics\n{items}", "markdown").brief
        assert brief.pitch.endswith("about a fox.")
        assert 19_000 < len(brief.pitch) <= 20_000
        assert brief.genre.endswith("about a fox.")
        assert len(brief.mechanics) == 100
        assert brief.mechanics[0].endswith("…")


class TestDesignDocuments:
    def test_bullets_with_labels_and_sections(self) -> None:
        parsed = document("bullets")
        assert parsed.name == "Mushroom Courier 🍄"
        assert parsed.brief == Brief(
            pitch="Deliver letters through a forest that grows back every night.",
            genre="cozy platformer",
            mechanics=["Jump and glide", "Carry letters: heavy ones slow you; wet ones tear", "Grow bridges"],
            visual_style="Hand-painted watercolour.\nSoft palette.",
            platform=["PC", "Mac", "Nintendo Switch", "web"],
            target="families with tired parents",
            engine="Godot 4.3",
            references=["A Short Hike", "Celeste", "Super Mario Bros."],
            constraints=["Non-goals: Multiplayer"],
            kpis={"Day-1 retention": "35%", "Session minutes": 8, "Rating": ">= 4.5"},
            milestones=["Prototype — March", "Vertical slice — June"],
        )

    def test_a_page_of_bold_labels_without_headings(self) -> None:
        parsed = document("bold-labels")
        assert parsed.name == "Neon Drift"
        assert parsed.brief == Brief(
            pitch="Drift through a city that never sleeps.",
            genre="Arcade racing",
            mechanics=["drift", "boost"],
            visual_style="Synthwave, hard shadows.",
            platform=["PC", "web"],
            engine="Phaser 3",
        )

    def test_a_table_of_two_columns(self) -> None:
        parsed = document("table")
        assert parsed.name == "Deep Blue"
        assert parsed.brief == Brief(
            pitch="Dive deeper\nthan anyone.",
            genre="Survival",
            mechanics=["dive", "breathe", "upgrade the submarine"],
            visual_style="Low-poly, fog",
            platform=["PC", "Xbox Series X/S"],
            kpis={"D1 retention": 0.4},
        )

    def test_a_table_with_a_topic_in_each_column(self) -> None:
        brief = read_brief("| Genre | Engine | Platform |\n|-|-|-|\n| Puzzle | Godot | PC, web |", "markdown").brief
        assert (brief.genre, brief.engine, brief.platform) == ("Puzzle", "Godot", ["PC", "web"])

    def test_a_document_in_spanish(self) -> None:
        parsed = document("spanish")
        assert parsed.name == "El Faro Ñandú"
        assert parsed.brief == Brief(
            pitch="Un farero guía barcos con luz — y con canciones. 🎵",
            genre="Puzles narrativos",
            mechanics=["Luz: Girar el foco. Cambiar el color.", "Canción: Tocar notas."],
            visual_style="Grabado en blanco y negro.",
            platform=["PC"],
            target="Personas de 12 años o más",
            engine="Unity 6",
            references=["Return of the Obra Dinn"],
            constraints=["Un año"],
            milestones=["Prototipo: enero"],
        )

    def test_prose_without_headings_gives_what_it_mentions(self) -> None:
        parsed = document("prose")
        assert parsed.name == ""
        assert parsed.brief.pitch.startswith("Hollow Tide is a puzzle platformer about a crab.")
        assert (parsed.brief.genre, parsed.brief.engine, parsed.brief.platform) == (
            "puzzle platformer",
            "Bevy",
            ["web browser"],
        )
        assert parsed.brief.missing() == ["mechanics", "visual_style"]

    def test_front_matter_wins_and_its_other_keys_are_let_be(self) -> None:
        parsed = document("front-matter")
        assert (parsed.name, parsed.brief.genre, parsed.brief.platform) == ("Front Runner", "Racing", ["PC", "Web"])
        assert parsed.brief.pitch == "Run."

    def test_chapters_at_the_top_level_are_not_the_name(self) -> None:
        parsed = document("top-level-chapters")
        assert parsed.name == ""
        assert parsed.brief.mechanics == ["Cook", "Serve"]
        assert parsed.brief.milestones == ["Phase 1: Prototype; Test", "Phase 2: Ship it."]
        assert (parsed.brief.platform, parsed.brief.engine, parsed.brief.target) == (["Steam"], "Unity", "")

    def test_mistakes_in_front_matter_say_where(self) -> None:
        assert errors_of("---\ntitle: a\ngenre: b: c\n---\n", "markdown")["document"][0].startswith(
            "Line 3, column 9: "
        )
        assert list(errors_of("---\ntitle: a\ngenre: [b]\n---\n", "markdown")) == ["genre"]

    def test_a_rule_at_the_beginning_is_not_front_matter(self) -> None:
        assert read_brief("---\n\n# Foo\n\n---\n## Genre\nPuzzle", "markdown").name == "Foo"

    def test_code_comments_and_pictures_hold_no_answers(self) -> None:
        text = "```\n# Foo\nGenre: puzzle\n```\n<!-- Genre: rpg -->\n![Genre: rpg](a.png)\n\n    Engine: Godot\n"
        assert read_brief(text, "markdown") == ParsedBrief("", Brief(), None)

    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Foo — Game Design Document", "Foo"),
            ("Foo GDD", "Foo"),
            ("Foo (Design Doc)", "Foo"),
            ("Game Design Document: Foo", "Foo"),
            ("GDD v1.2 - Foo", "Foo"),
            ("**Foo** & `Bar`", "Foo & Bar"),
            ("Foo: a game of cats", "Foo: a game of cats"),
            ("Game Design Document", ""),
            ("GDD", ""),
            ("Overview", ""),
            ("Documento de diseño", ""),
        ],
    )
    def test_the_name_is_the_title_without_the_kind_of_document(self, title: str, name: str) -> None:
        assert read_brief(f"# {title}\n", "markdown").name == name

    @pytest.mark.parametrize(
        ("text", "engine"),
        [
            ("We build it in Unreal Engine 5.", "Unreal Engine 5"),
            ("We tried Unity and Godot for a while.", ""),
            ("We do not use Unity. Godot 4 it is.", "Godot 4"),
            ("The unity of style matters. Unity of purpose too.", ""),
        ],
    )
    def test_an_engine_is_taken_from_prose_only_when_it_is_certain(self, text: str, engine: str) -> None:
        assert read_brief(text, "markdown").brief.engine == engine

    def test_a_description_deep_in_the_document_is_not_the_pitch(self) -> None:
        text = (
            "# Foo\n\nA fox digs for gold under a town.\n\n## Concept\nDig.\n\n## Items\n- Description: a heavy sword\n"
        )
        assert read_brief(text, "markdown").brief.pitch == "Dig."

    def test_parts_of_the_game_outside_the_mechanics_get_a_line_each(self) -> None:
        text = "## Mechanics\n- dig\n## Enemies\nMoles bite. They come at night.\n### Boss\nBig mole.\n"
        assert read_brief(text, "markdown").brief.mechanics == ["dig", "Enemies: Moles bite. They come at night."]


# U+001C to U+001F are blank for Python and not for pydantic; PyYAML writes U+0085 as a space; NUL cannot be stored.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1c\x1d\x1e\x1f\x85"), max_size=40)
JSON_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
LINES = st.lists(TEXT.filter(lambda text: text.strip()), max_size=4)
BRIEF_VALUES = st.builds(
    Brief,
    pitch=TEXT,
    genre=TEXT,
    mechanics=LINES,
    visual_style=TEXT,
    platform=LINES,
    target=TEXT,
    engine=TEXT,
    references=LINES,
    constraints=LINES,
    kpis=st.dictionaries(TEXT, JSON_VALUES, max_size=4),
    milestones=LINES,
)
MARKS = st.sampled_from(
    [
        "# ",
        "## ",
        "- ",
        "1. ",
        "**",
        "*",
        "`",
        "```\n",
        "\n",
        "\n\n",
        "| ",
        "|-|-|\n",
        ": ",
        "---\n",
        "> ",
        "<!--",
        "[",
        "](x)",
    ]
)
WORDS = st.sampled_from(
    ["Genre", "Mechanics", "Platform & engine", "Out of scope", "KPIs", "Unity", "PC", "GDD", "x. Y", "{", "&a"]
)


@SLOW
@given(text=st.text() | st.lists(MARKS | WORDS | st.text(max_size=5)).map("".join))
@pytest.mark.parametrize("format", ["yaml", "json", "markdown"])
def test_any_text_is_a_brief_or_a_brief_error(text: str, format: Format) -> None:
    try:
        parsed = read_brief(text, format)
    except BriefError as error:
        assert error.errors
        assert all(sentence.endswith((".", "?")) for sentences in error.errors.values() for sentence in sentences)
    else:
        assert Brief.model_validate(parsed.brief.model_dump()) == parsed.brief


@SLOW
@given(brief=BRIEF_VALUES)
def test_a_brief_written_as_yaml_or_json_is_read_back_the_same(brief: Brief) -> None:
    fields = brief.model_dump()
    assert read_brief(yaml.safe_dump(fields, allow_unicode=True), "yaml").brief == brief
    assert read_brief(json.dumps(fields), "json").brief == brief
