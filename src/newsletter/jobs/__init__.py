"""What keeps going in a process: the beats of the schedule and the sender, and which processes drive a database."""
