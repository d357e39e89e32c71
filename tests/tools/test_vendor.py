"""The front-end files beside the pages."""

import hashlib

import pytest

from tools import vendor

SCRIPT = "let x = 1;\n"
DIGEST = hashlib.sha256(SCRIPT.encode()).hexdigest()
ROW = """[[file]]
target = "x.js"
package = "x"
version = "{version}"
licence = "0BSD"
source = "x.js"
sha256 = "{sha}"
"""


@pytest.fixture
def installed(repository):
    """One package as npm leaves it."""
    repository.write("node_modules/x/package.json", '{"version": "1.0.0"}')
    repository.write("node_modules/x/x.js", SCRIPT)
    return repository


def name(repository, version="1.0.0", sha=DIGEST):
    repository.write(str(vendor.MANIFEST), ROW.format(version=version, sha=sha))


def test_files_of_the_manifest_are_copied_and_a_later_change_is_named(installed):
    name(installed)
    assert vendor.problems(installed.root) == []
    vendor.copy(installed.root)
    assert vendor.problems(installed.root) == []
    installed.write(f"{vendor.VENDOR}/x.js", "let x = 2;\n")
    assert [line.split(":")[0] for line in vendor.problems(installed.root)] == [f"{vendor.VENDOR}/x.js"]


@pytest.mark.parametrize(
    ("version", "sha", "words"), [("1.0.0", "0" * 64, "x.js has sha256"), ("2.0.0", "", "x is 2.0.0")]
)
def test_other_bytes_and_other_versions_are_refused_before_anything_is_copied(installed, version, sha, words):
    name(installed, version, sha)
    with pytest.raises(SystemExit, match=words):
        vendor.copy(installed.root)
    assert not (installed.root / vendor.VENDOR).exists()


def test_icons_become_symbols_without_their_invisible_square(repository):
    repository.write(
        "icons/sun.svg",
        '<!-- tags -->\n<svg xmlns="x" width="24">\n  <path stroke="none" d="M0 0h24v24H0z" fill="none"/>\n'
        '  <path d="M3 12h1" />\n</svg>',
    )
    text = vendor.sprite(repository.root / "icons", ["sun"]).decode()
    assert '<symbol id="sun"' in text
    assert text.count("<path") == 1
