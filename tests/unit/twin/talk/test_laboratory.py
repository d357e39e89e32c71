"""Analysers and meters."""

from xml.etree import ElementTree

from garde.twin.talk import laboratory


def test_the_checksum_is_that_of_the_standard():
    assert laboratory.checksum(b"1H|\\^&|||cobas^1.0|||||host||P|1\r\x03") == b"6D"


def test_long_records_are_cut_and_frames_are_numbered_modulo_eight():
    frames = laboratory.frames(["C|" + "x" * 600, *(f"R|{n}" for n in range(8))])
    assert [frame[1:2] for frame in frames] == [str(n % 8).encode() for n in range(1, len(frames) + 1)]
    assert [frame[-5:-4] for frame in frames[:3]] == [b"\x17", b"\x17", b"\x03"]


def test_results_are_bracketed_by_enq_and_eot_and_each_frame_is_acknowledged(rng):
    turns = laboratory.results("XN^1^SN", [("WBC", 7.0, "10*9/L")], 0, rng)
    assert turns[0].data == b"\x05"
    assert turns[-1].data == b"\x04"
    assert [turn.client for turn in turns[:-1]] == [True, False] * ((len(turns) - 1) // 2)


def test_a_meter_says_hello_in_well_formed_documents(rng):
    turns = laboratory.meter("Roche", "Inform II", "UU1", "4.2", "0060190000000001", 0, rng)
    roots = [ElementTree.fromstring(turn.data).tag for turn in turns]
    assert roots == ["HEL.R01", "ACK.R01", "DST.R01", "ACK.R01", "OBS.R01", "ACK.R01", "END.R01", "ACK.R01"]
