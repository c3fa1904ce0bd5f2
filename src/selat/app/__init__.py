"""Orchestration: pipeline, sessions, notifications, health."""
