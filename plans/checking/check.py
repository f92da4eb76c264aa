"""One door to all checks: bytes and a name in, a report out, whatever the bytes are."""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from plans.checking import code, godot, images, kinds, models, sounds, unity
from plans.checking.budgets import Budgets
from plans.checking.documents import check_markdown, check_pdf
from plans.checking.report import Report, Unreadable
from plans.checking.structured import check_json, check_yaml
from plans.checking.surroundings import Surroundings


@dataclass(frozen=True)
class Question:
    """What a check is given: the bytes, what they should be, and what they are judged by."""

    data: bytes
    kind: str
    budgets: Budgets
    around: Surroundings
    screenshot: bool = False


CHECKS: dict[str, Callable[[Question, Report], None]] = {
    "png": lambda asked, report: images.check_image(asked.data, asked.kind, asked.budgets, report, asked.screenshot),
    "jpeg": lambda asked, report: images.check_image(asked.data, asked.kind, asked.budgets, report, asked.screenshot),
    "webp": lambda asked, report: images.check_image(asked.data, asked.kind, asked.budgets, report, asked.screenshot),
    "glb": lambda asked, report: models.check_glb(asked.data, asked.budgets, asked.around, report),
    "gltf": lambda asked, report: models.check_gltf(asked.data, asked.budgets, asked.around, report),
    "wav": lambda asked, report: sounds.check_wav(asked.data, asked.budgets, report),
    "ogg": lambda asked, report: sounds.check_ogg(asked.data, asked.budgets, report),
    "godot": lambda asked, report: godot.check_godot(asked.data, asked.around, report),
    "unity": lambda asked, report: unity.check_unity(asked.data, asked.around, report),
    "unity_meta": lambda asked, report: unity.check_meta(asked.data, asked.around, report),
    "csharp": lambda asked, report: code.check_csharp(asked.data, report),
    "gdscript": lambda asked, report: code.check_gdscript(asked.data, report),
    "python": lambda asked, report: code.check_python(asked.data, report),
    "json": lambda asked, report: check_json(asked.data, report),
    "yaml": lambda asked, report: check_yaml(asked.data, report),
    "markdown": lambda asked, report: check_markdown(asked.data, asked.around, report),
    "pdf": lambda asked, report: check_pdf(asked.data, report),
}


def check(
    data: bytes,
    name: str,
    *,
    budgets: Budgets | None = None,
    around: Surroundings | None = None,
    screenshot: bool = False,
) -> Report:
    """Check a file's bytes as the kind that its name promises.

    A name without a known ending gives a report of the kind `unknown`, which says no more than what the bytes look like.
    Never raises for what the bytes are; in the end a hostile file can only cost time and memory, which `outside` limits.
    """
    kind = kinds.kind_of_name(name)
    report = Report(kind=kind or "unknown")
    report.facts = {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    asked = Question(data, report.kind, budgets or Budgets(), around or Surroundings(), screenshot)
    try:
        check_outside(asked, report)
        if kind:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                CHECKS[kind](asked, report)
    except Unreadable as ended:
        report.add(ended.finding)
    except RecursionError:
        report.error("too_deep", "It is nested too deep to be read.")
    except MemoryError:
        report.error("too_much_memory", "It needs more memory than a check may use.")
    except (
        Exception
    ) as error:  # a library met what its authors did not think of: the file is at fault until shown otherwise
        report.error("unreadable", f"It could not be read: {type(error).__name__}: {error}")
    return report


def check_outside(asked: Question, report: Report) -> None:
    """What holds for every kind: not empty, not too large, and looking like what its name says."""
    if not asked.data:
        raise Unreadable("empty", "The file is empty.")
    if len(asked.data) > asked.budgets.max_bytes:
        report.error("over_budget", f"It has {len(asked.data):,} bytes; the budget is {asked.budgets.max_bytes:,}.")
    looks = kinds.kind_of_bytes(asked.data)
    if asked.kind == "unknown":
        report.facts["looks_like"] = looks
    elif kinds.mislabelled(asked.kind, looks):
        raise Unreadable("mislabelled", f"Its name says {said(asked.kind)}, but it looks like {kinds.WORDS[looks]}.")


def said(kind: str) -> str:
    return kinds.WORDS.get(kind, f"a text file ({kind})")
