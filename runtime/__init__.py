"""Network + data → genotypes, weights, figures."""
