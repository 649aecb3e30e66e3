"""Approving and sending an issue: its time, to whom, a last look, and a hand on it while it goes."""
