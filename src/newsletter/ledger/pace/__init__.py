"""Why nothing goes out just now: pace, waits, refusals, and the canary that all others wait for."""
