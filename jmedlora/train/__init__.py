"""What the recipes add to Axolotl: an exact start, a safe stop, and a record of what was run."""
