"""Our code beside what people use, on the same data, in the same run."""
