"""YARA: rules of others on files rebuilt from the traffic.

Question: does a file that goes by match a rule?
Reference: YARA-X (the library's own compiler; ``include`` and modules that read the world are refused). Files come from
SMB, HTTP, FTP, DICOM and HL7 ED, at most a megabyte each (`garde.dissect.listen.carve`). A rule's ``meta`` may give
``confidence`` (0 to 100). Where a site has no rules the library is not even imported.

Example::

    setting = Setting(yara=(Path("ward.yar").read_text(),))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from garde.detect.spec import Alarm, Deaf, Detector, Setting
from garde.errors import Malformed
from garde.wire.signal import Signal

#: Seconds that one file may take.
PATIENCE: Final = 5
_CONFIDENCE: Final = 85


def compiled(texts: Sequence[str]) -> Any:
    """The rules of all texts, compiled.

    Raises:
        Malformed: a text is no YARA rule.
    """
    import yara_x

    compiler = yara_x.Compiler(includes_enabled=False)
    for number, text in enumerate(texts, 1):
        compiler.new_namespace(f"rules{number}")
        try:
            compiler.add_source(text)
        except yara_x.CompileError as error:
            raise Malformed("yara.rule", str(error).splitlines()[0], where=f"rules {number}") from None
    return compiler.build()


class _Sense(Deaf):
    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._scanner: Any = None
        if setting.yara:
            import yara_x

            self._scanner = yara_x.Scanner(compiled(setting.yara))
            self._scanner.set_timeout(PATIENCE)

    def signal(self, one: Signal) -> Iterator[Alarm]:
        if self._scanner is None or not one.octets:
            return
        for rule in self._matches(one.octets):
            meta = dict(rule.metadata)
            sure = meta.get("confidence", _CONFIDENCE)
            yield Alarm(
                "yara.match",
                one.receiver,
                sure if isinstance(sure, int) and 0 <= sure <= 100 else _CONFIDENCE,
                (one.sender,),
                (f"rule: {rule.identifier}", f"by: {one.text('by')}", f"octets: {len(one.octets)}"),
                (one.packet,),
                rule.identifier,
            )

    def _matches(self, data: bytes) -> Sequence[Any]:
        import yara_x

        try:
            return tuple(self._scanner.scan(data).matching_rules)
        except (yara_x.ScanError, yara_x.TimeoutError):
            # A rule that takes too long on this file says nothing of it; the next file is another matter.
            return ()


YARA: Final = Detector(name="yara", rules=frozenset({"yara.match"}), sense=_Sense, signals=frozenset({"file.seen"}))
