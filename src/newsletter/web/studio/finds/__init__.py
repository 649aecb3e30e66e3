"""The finds page of the studio: what was found, sorted into the next issue; and where finds come from."""
