"""The order of a day."""

from garde.twin.day import Day
from garde.twin.fleet import Fleet
from garde.twin.tcp import SECOND
from garde.twin.voices import VOICES


def test_frames_come_in_the_order_of_time_and_within_the_day(day):
    times = [at for at, _ in day.frames()]
    assert times == sorted(times)
    assert times[0] >= day.start
    assert times[-1] < day.start + 3 * day.length


def test_image_data_is_added_on_request_and_made_while_it_is_sent():
    day = Day(Fleet(150, seed=1), VOICES, seed=1, bulk=20_000_000)
    assert sum(len(frame) for _, frame in day.frames()) > 20_000_000


def test_a_device_that_moves_speaks_from_two_wards():
    fleet = Fleet(400, seed=1)
    day = Day(fleet, VOICES, seed=1)
    list(day.frames())
    moved = next(device for device in fleet.devices if device.moves)
    assert len({station.vlan for station in moved.stations}) == 2
    assert len({station.mac for station in moved.stations}) == 1


def test_a_shorter_day_is_over_sooner():
    day = Day(Fleet(40, seed=1), VOICES, seed=1, minutes=5)
    *_, (last, _) = day.frames()
    assert last - day.start < 20 * 60 * SECOND


def test_a_day_begins_when_it_is_told_and_dates_its_studies_so():
    day = Day(Fleet(40, seed=1), VOICES, seed=1, start=1_800_000_000 * SECOND)
    assert next(day.frames())[0] >= 1_800_000_000 * SECOND
    assert day.date == "20270115"
