#include "fusedrnn/fusedrnn.h"

const char* fr_version(void) { return FUSEDRNN_VERSION; }
