#include "kernels-inl.h"
#include "vec_plain.h"

FUSEDRNN_DEFINE_TABLE(FR_ISA_PLAIN)
