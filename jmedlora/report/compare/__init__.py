"""From runs to columns, and from columns to a table with intervals and tests."""
