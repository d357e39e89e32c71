"""A small repository for the rules to look at."""

import subprocess

import pytest


class Repository:
    """A folder under git; the rules see files before they are committed."""

    def __init__(self, root):
        self.root = root
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)

    def write(self, name, text=""):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path)
