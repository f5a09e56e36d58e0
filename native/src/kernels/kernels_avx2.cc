#include "kernels-inl.h"
#include "vec_avx2.h"

FUSEDRNN_DEFINE_TABLE(FR_ISA_AVX2)
