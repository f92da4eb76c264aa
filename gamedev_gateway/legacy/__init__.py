"""The first version's database comes along: recognised, read tolerantly, placed row by row, and nothing lost."""
