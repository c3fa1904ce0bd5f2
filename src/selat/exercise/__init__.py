"""Seeded scenarios with known truth, and scores against it."""
