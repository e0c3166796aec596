"""Files that the user supplies: seeds, inventories and templates."""
