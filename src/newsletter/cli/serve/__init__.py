"""Commands that keep running: the pages, the schedule and the sender, each in a process of its own."""
