"""Findings about an edition, before readers find them."""
