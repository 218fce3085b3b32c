"""What a training file holds, before it costs hours."""
