"""Days and times as the desk writes them in German; the rest is Django's own."""

DAY_FORMAT = "j. M"
TIME_FORMAT = "H:i"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
