"""Tools that we did not write, held against what we make. Each module with an `ORACLE` is one; `make oracles` runs them all."""
