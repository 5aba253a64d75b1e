# Shows: dates, times and zones.
# Arguments: (0,)
# Result: ['2024-02-29', 0, 12, 366]
import datetime
import zoneinfo


def solve(n):
    noon = datetime.datetime(2024, 7, 1, 12, tzinfo=datetime.timezone.utc)
    return [
        datetime.date(2024, 2, 29).isoformat(),
        datetime.datetime.fromtimestamp(n).hour,
        noon.astimezone(zoneinfo.ZoneInfo("UTC")).hour,
        (datetime.date(2025, 1, 1) - datetime.date(2024, 1, 1)).days,
    ]
