"""The page on one's own data works as it stands there: its commands run, and print what it says."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "own-data.md"
BLOCK = re.compile(r"(?:`([\w.]+)`:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)
FEWER = [("steps: 100 ", "steps: 10 "), ("rounds: 20 ", "rounds: 5 "), ("{samples: 4}", "{samples: 2}")]
"""What the page's recipe is changed by, so that its run takes less time."""


class Newcomer:
    """A directory in which the page's blocks are followed, one after another."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.blocks = [(name, kind, text) for name, kind, text in BLOCK.findall(PAGE.read_text())]
        command = directory / "bin" / "astor"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -m astor.cli "$@"\n')
        command.chmod(0o755)
        self.environment = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "100", "MLFLOW_TRACKING_URI": ""}
        self.environment["PATH"] = f"{command.parent}:{os.environ['PATH']}"
        self.printed = ""
        """By the last command."""

    def follow(self, until: str, but: str = "nothing") -> None:
        """Follow the blocks up to the command `until`, and what it must have printed; none that begins with `but`."""
        reached = skipped = False
        while not reached or self.blocks[0][1] == "text":
            name, kind, text = self.blocks.pop(0)
            if name:
                (self.directory / name).write_text(text)
            elif kind != "text":
                reached, skipped = text.startswith(until), text.startswith(but)
                self.printed = "" if skipped else self.run(text)
            elif not skipped:
                says(self.printed, text)

    def run(self, text: str) -> str:
        done = subprocess.run(
            ["bash", "-ec", text], cwd=self.directory, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, text + done.stdout + done.stderr
        return done.stderr + done.stdout


def says(printed: str, page: str) -> None:
    """Every line of the page was printed, but for digests, figures and widths."""
    known = [masked(line) for line in printed.splitlines()]
    for line in page.splitlines():
        assert any(masked(line) in each for each in known), f"{line!r} is not in:\n{printed}"


def masked(line: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[0-9a-f]*\d[0-9a-f]*(\.\d+)?", "#", line))


def test_the_recipe_that_is_written_for_the_data_of_the_page_has_all_that_a_run_needs(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.follow("astor run own.yaml --dry-run", but="astor data")
    assert '"expected": 6' in (tmp_path / "functions.jsonl").read_text()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_page_leads_to_a_model_that_answers(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.follow("astor run own.yaml --dry-run")
    recipe = newcomer.directory / "own.yaml"
    text = recipe.read_text()
    for before, after in FEWER:
        assert before in text
        text = text.replace(before, after)
    recipe.write_text(text)
    newcomer.follow("astor run own.yaml")
    result = json.loads(newcomer.printed.splitlines()[-1])
    assert result["alias"] == "challenger"
    (_, _, serve), (_, _, ask) = newcomer.blocks
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    server = subprocess.Popen(
        ["bash", "-c", f"exec {serve.replace('8765', port)}"], cwd=newcomer.directory, env=newcomer.environment
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.3)
        assert '"content":' in newcomer.run(ask.replace("8765", port))
    finally:
        server.terminate()
        server.wait(30)
