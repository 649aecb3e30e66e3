"""When: cadences and times, as people write them."""
