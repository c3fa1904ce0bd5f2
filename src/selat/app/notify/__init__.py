"""Telling others of alerts: channels by address, a queue in the state that survives whatever happens, one worker."""
