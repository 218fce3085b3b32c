"""The subcommands of ``jmed-data``, a module each."""
