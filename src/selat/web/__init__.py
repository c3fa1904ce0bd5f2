"""The page and its feed."""
