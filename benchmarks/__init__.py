"""What `make bench` runs: our work measured beside the bare libraries, in one run on one machine."""
