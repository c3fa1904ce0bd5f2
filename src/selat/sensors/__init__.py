"""What a sensor can see: measurement model and coverage."""
