"""Syslog messages written by hand from RFC 5424 and RFC 3164; nothing is shared with the dissector."""

from __future__ import annotations

NEW = b"<34>1 2026-01-05T08:00:00.003Z CT01.chu.example sshd 812 ID47 - login of marie.durand"
OLD = b"<13>Jan  5 08:00:01 ct01 dicomd[77]: association from PACS"
CARRIED = b"<13>Jan  5 08:00:02 192.0.2.99 kernel: link up"
BARE = b"<13>cron[12]: job done"
