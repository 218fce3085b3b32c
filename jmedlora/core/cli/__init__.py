"""How every command begins, explains itself and ends."""
