"""Network → file: readable Python (`python`), torch's exported program and ONNX (`exported`)."""
