// Every table that this CPU can run is complete, and says what it is.
#include "kernel_test.h"

using namespace fusedrnn;

int main() {
  int32_t previous = -1;
  for (const KernelTable* table : RunnableTables()) {
    EXPECT(table->isa > previous && table->isa < FR_ISA_COUNT, "isa %d after %d", table->isa,
           previous);
    previous = table->isa;
    EXPECT(table->width == 4 || table->width == 8 || table->width == 16, "%s width %lld",
           IsaName(*table), static_cast<long long>(table->width));
#define FUSEDRNN_EXPECT_KERNEL(result, name, parameters) \
  EXPECT(table->name != nullptr, "%s has no " #name, IsaName(*table));
    FUSEDRNN_KERNELS(FUSEDRNN_EXPECT_KERNEL)
  }
  return check::Summary("table_test");
}
