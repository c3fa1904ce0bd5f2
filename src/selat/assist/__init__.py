"""The register of equipment given, its proper use, and its measured effect."""
