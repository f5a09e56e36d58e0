// OpenBLAS as a guest in an application that loaded it first: its thread setting is left alone, and
// changes no bit of ours.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "check.h"
#include "layer_case.h"

int main() {
  using namespace fusedrnn::test;
  const char* path = std::getenv("FUSEDRNN_OPENBLAS");
  EXPECT(fr_blas_open("", 1) == FR_INVALID_ARGUMENT, "an empty path");
  EXPECT(fr_blas_open("/nowhere/libopenblas.so.0", 1) == FR_BLAS_UNAVAILABLE, "no such file");
  EXPECT(std::strstr(fr_last_error(), "/nowhere") != nullptr, "%s", fr_last_error());
  EXPECT(fr_blas_open("libc.so.6", 1) == FR_BLAS_UNAVAILABLE, "not an OpenBLAS");
  EXPECT(std::strstr(fr_last_error(), "cblas_sgemm") != nullptr, "%s", fr_last_error());
  EXPECT(fr_blas_is_open() == 0, "open after failures");
  if (path == nullptr || *path == 0) {
    std::printf("SKIPPED: OpenBLAS in an application's hands, FUSEDRNN_OPENBLAS is not set\n");
    return fusedrnn::check::Summary("blas_test");
  }
  EXPECT(fr_blas_loaded_before("libopenblas.so.0") == 0, "loaded before anyone did");
  void* own = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  EXPECT(own != nullptr, "%s", dlerror());
  EXPECT(fr_blas_loaded_before("libopenblas.so.0") == 1, "not seen");
  const auto set_threads = reinterpret_cast<void (*)(int)>(dlsym(own, "openblas_set_num_threads"));
  set_threads(2);
  EXPECT(fr_blas_open(path, 0) == FR_OK, "%s", fr_last_error());
  EXPECT(fr_blas_threads() == 2, "%d threads: the setting was changed", fr_blas_threads());
  EXPECT(std::strstr(fr_blas_config(), "OpenBLAS") != nullptr, "%s", fr_blas_config());

  Case c;
  c.name = "guest";
  c.desc = LstmDesc(70, 90);
  c.t = 10;
  c.n = 17;
  const Tensors tensors = c.Make();
  How how;
  how.isa = fr_isa_best();
  const Outputs two = RunLayer(c, tensors, how);
  set_threads(1);
  const Outputs one = RunLayer(c, tensors, how);
  EXPECT(two.status == FR_OK, "%s", two.error.c_str());
  EXPECT(two.dweights == one.dweights && two.dx == one.dx && two.dh0 == one.dh0,
         "gradients depend on OpenBLAS's thread setting");
  how.threads = 3;
  const Outputs three = RunLayer(c, tensors, how);
  EXPECT(three.dweights == one.dweights && three.dx == one.dx, "gradients depend on our threads");
  return fusedrnn::check::Summary("blas_test");
}
