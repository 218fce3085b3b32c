"""The same questions side by side: Table 2 of the paper."""
