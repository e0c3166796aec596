"""The command `drift`: compares recorded answers with new ones, and our contracts with published documents."""
