"""The subcommands of ``jmed-report``, a module each."""
