"""The secret key, made once and kept where only its owner reads it."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def kept_secret_key(folder: Path) -> str:
    """The key in `folder/secret_key`; made when it is not there. Two processes that start at once agree on one."""
    path = folder / "secret_key"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = path.with_name(f"secret_key.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(get_random_secret_key())
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text()
