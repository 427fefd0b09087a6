"""Document → network: names, cell DAGs, layers, shapes, counts, torch modules, drawings."""
