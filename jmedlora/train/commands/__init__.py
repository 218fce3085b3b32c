"""The commands of ``jmed-train``, a module each."""
