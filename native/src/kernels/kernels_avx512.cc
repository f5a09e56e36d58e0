#include "kernels-inl.h"
#include "vec_avx512.h"

FUSEDRNN_DEFINE_TABLE(FR_ISA_AVX512)
