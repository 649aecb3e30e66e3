"""Campaigns: kill -9, hostile providers and full disks against the real ledger, judged from the outside."""
