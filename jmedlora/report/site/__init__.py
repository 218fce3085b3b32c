"""The site: everything that the reports say of some runs, as one page to look at."""
