"""The outside world, asked with care: pages over HTTP, and names over DNS."""
