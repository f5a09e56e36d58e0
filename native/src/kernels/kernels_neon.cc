#define FUSEDRNN_VECTOR_HEADER "vec_neon.h"
#include "kernels-inl.h"

FUSEDRNN_DEFINE_TABLE(FR_ISA_NEON)
