"""What keeps going in a process: the beats of the schedule and the sender, and who drives a database."""
