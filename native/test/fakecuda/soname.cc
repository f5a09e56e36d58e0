// The whole of a library that exists for its name: what it stands for is in libfakecuda.so, which
// it needs.
