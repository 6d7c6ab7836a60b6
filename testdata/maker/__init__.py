"""Makes the vectors of testdata/ with tools that share no code with dokimos."""
