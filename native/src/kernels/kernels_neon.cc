#include "kernels-inl.h"
#include "vec_neon.h"

FUSEDRNN_DEFINE_TABLE(FR_ISA_NEON)
