"""Pictures to train on: a table of data sets, a reader for each family, how pictures are changed."""
