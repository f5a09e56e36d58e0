// The vector type of the instruction set that the including kernels_<isa>.cc has named; it also
// names the namespace, FUSEDRNN_ISA. The operations are explained in vec_plain.h.
#pragma once

#include FUSEDRNN_VECTOR_HEADER
