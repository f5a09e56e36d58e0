// Times our packed products beside OpenBLAS's in turns, for the products that training makes: the
// weights' gradients, those of inputs and hidden states, and dense heads. What comes of it is the
// table in src/product_table.cc.
#include <getopt.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "blas.h"
#include "dispatch.h"
#include "gemm.h"
#include "geometry.h"
#include "memory.h"
#include "quantile.h"
#include "status.h"
#include "workers.h"

namespace fusedrnn {
namespace {

constexpr char kUsage[] =
    "products [options]: our packed products beside OpenBLAS's\n"
    "  --isa avx512,avx2,neon,plain   default: the best\n"
    "  --kind dw,dx,dh,head           default: all\n"
    "  --threads 1                    for both sides\n"
    "  --seconds 0.3                  measured per product\n"
    "  --whole                        OpenBLAS in one call and not in the blocks that give the "
    "same\n"
    "                                 bits on any number of threads; for one thread\n"
    "  --openblas FILE                default $FUSEDRNN_OPENBLAS; it picks its kernels by this "
    "CPU,\n"
    "                                 or by $OPENBLAS_CORETYPE\n";

// A product, and both ways to make it.
struct Entry {
  std::string kind, label;
  double flops;
  std::function<void(const Team&)> ours, blas;
};

class Products {
 public:
  Products(int32_t isa, int threads, bool whole)
      : kernels_(KernelsFor(isa)),
        whole_(whole),
        left_(Floats(kLargest)),
        right_(Floats(kLargest)),
        out_(Floats(kLargest)),
        panels_(Floats(kLargest)),
        each_(LargestGemmWorkFloats(kernels_)),
        work_(Floats(each_ * threads)) {}

  // dW_ih and dW_hh of a layer with C = H: [rows, G H]^T by two [rows, H]. Ours comes in the
  // chunks of rows in which backward works (gradient_chunks.h), OpenBLAS has all rows at once.
  Entry Weights(int64_t gates, int64_t h, int64_t rows) {
    const int64_t m = gates * h, ld = PadLeading(m), ld_h = PadLeading(h);
    Entry entry = Named("dw", m, 2 * h, rows);
    entry.ours = [=](const Team& team) {
      constexpr int64_t kRows = 256;
      for (int64_t row = 0; row < rows; row += kRows) {
        const LeftSide left = {left_.floats() + row * ld, ld, m, 0, 0, 2};
        const RightSide sides[] = {
            {right_.floats() + row * ld_h, ld_h, h, out_.floats(), h},
            {right_.floats() + (rows + row) * ld_h, ld_h, h, out_.floats() + m * h, h}};
        AddTransposedProducts(kernels_, &left, 1, std::min(kRows, rows - row), sides, 2,
                              {work_.floats(), each_}, team);
        team.Sync();
      }
    };
    entry.blas = [=](const Team& team) {
      for (int64_t side = 0; side < 2; ++side) {
        Blas({true, false, m, h, rows, 1.0f, left_.floats(), ld,
              right_.floats() + side * rows * ld_h, ld_h, 1.0f, out_.floats() + side * m * h, h},
             team);
      }
    };
    return entry;
  }

  // dx, or dh of one step: [rows, G H] by W [G H, H], which ours has in panels.
  Entry Inputs(const char* kind, int64_t gates, int64_t h, int64_t rows) {
    const int64_t k = gates * h, ld = PadLeading(k), wide = 4 * kernels_.width;
    Entry entry = Named(kind, rows, h, k);
    entry.ours = [=](const Team& team) {
      GemmArgs args{};
      args.a = left_.floats() + team.Begin(rows) * ld;
      args.lda = ld;
      args.rows = team.End(rows) - team.Begin(rows);
      args.k = k;
      args.panels = panels_.floats();
      args.vectors = 4;
      args.panel_end = DivideUp(h, wide);
      args.out = out_.floats() + team.Begin(rows) * h;
      args.ldo = h;
      args.columns = h;
      if (args.rows > 0) kernels_.f32_gemm_panels(args);
    };
    entry.blas = [=](const Team& team) {
      Blas({false, false, rows, h, k, 1.0f, left_.floats(), ld, right_.floats(), h, 0.0f,
            out_.floats(), h},
           team);
    };
    return entry;
  }

  // A dense head: y = x W^T, dW += dy^T x, dx = dy W.
  std::vector<Entry> Head(int64_t rows, int64_t classes, int64_t h) {
    return {Dense("y", false, true, rows, classes, h), Dense("dW", true, false, classes, h, rows),
            Dense("dx", false, false, rows, h, classes)};
  }

 private:
  static constexpr int64_t kLargest = int64_t{1} << 24;

  static AlignedBuffer Floats(int64_t floats) {
    AlignedBuffer buffer(floats * int64_t{sizeof(float)});
    for (int64_t i = 0; i < floats; ++i) {
      buffer.floats()[i] = static_cast<float>(i % 13) * 0.01f - 0.06f;
    }
    return buffer;
  }

  static Entry Named(const std::string& kind, int64_t m, int64_t n, int64_t k) {
    Entry entry;
    entry.kind = kind;
    entry.label = std::to_string(m) + " x " + std::to_string(n) + " x " + std::to_string(k);
    entry.flops = 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    return entry;
  }

  Entry Dense(const char* kind, bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k) {
    const MatrixProduct product = {trans_a,
                                   trans_b,
                                   m,
                                   n,
                                   k,
                                   1.0f,
                                   left_.floats(),
                                   trans_a ? m : k,
                                   right_.floats(),
                                   trans_b ? k : n,
                                   trans_a ? 1.0f : 0.0f,
                                   out_.floats(),
                                   n};
    Entry entry = Named(std::string("head ") + kind, m, n, k);
    entry.ours = [=](const Team& team) { Gemm(kernels_, product, {work_.floats(), each_}, team); };
    entry.blas = [=](const Team& team) { Blas(product, team); };
    return entry;
  }

  void Blas(const MatrixProduct& product, const Team& team) const {
    whole_ ? BlasGemm(product) : BlasGemmBlocks(product, team);
  }

  const KernelTable& kernels_;
  const bool whole_;
  AlignedBuffer left_, right_, out_, panels_;
  int64_t each_;
  AlignedBuffer work_;
};

std::vector<Entry> EntriesOf(const std::string& kind, Products* products) {
  std::vector<Entry> entries;
  constexpr int64_t kLstm = 4, kRnn = 1;
  if (kind == "head") {
    const int64_t heads[][3] = {{20, 10000, 200},  {400, 10000, 200}, {1600, 50, 512},
                                {2048, 65, 128},   {640, 2000, 64},   {320, 10000, 512},
                                {1600, 1000, 256}, {64, 5000, 1024}};
    for (const auto& head : heads) {
      for (Entry& entry : products->Head(head[0], head[1], head[2])) entries.push_back(entry);
    }
    return entries;
  }
  const int64_t sizes[][3] = {{kLstm, 64, 1600},  {kLstm, 128, 1600}, {kLstm, 200, 700},
                              {kLstm, 256, 3200}, {kLstm, 512, 1600}, {kLstm, 1024, 1600},
                              {kRnn, 64, 1600},   {kRnn, 256, 3200},  {kRnn, 512, 1600},
                              {kRnn, 1024, 1600}};
  for (const auto& size : sizes) {
    if (kind == "dw") entries.push_back(products->Weights(size[0], size[1], size[2]));
    if (kind == "dx") entries.push_back(products->Inputs("dx", size[0], size[1], size[2]));
    if (kind == "dh") {
      for (const int64_t n : {8, 32, 64}) {
        entries.push_back(products->Inputs("dh", size[0], size[1], n));
      }
    }
  }
  return entries;
}

using Clock = std::chrono::steady_clock;

double Time(Workers* workers, const std::function<void(const Team&)>& product, int calls) {
  const Clock::time_point start = Clock::now();
  for (int i = 0; i < calls; ++i) workers->Run(workers->threads(), product);
  return std::chrono::duration<double>(Clock::now() - start).count() / calls;
}

void Compare(Workers* workers, const std::string& isa, const Entry& entry, double seconds) {
  constexpr double kTurnSeconds = 1e-3;
  constexpr size_t kFewestRounds = 7;
  Time(workers, entry.blas, 1);
  const double once = std::max(1e-7, Time(workers, entry.ours, 1));
  const int calls = std::max(1, static_cast<int>(kTurnSeconds / once));
  std::vector<double> ours, blas, ratio;
  const Clock::time_point start = Clock::now();
  while (ours.size() < kFewestRounds ||
         std::chrono::duration<double>(Clock::now() - start).count() < seconds) {
    const bool first = ours.size() % 2 == 0;
    if (first) ours.push_back(Time(workers, entry.ours, calls));
    blas.push_back(Time(workers, entry.blas, calls));
    if (!first) ours.push_back(Time(workers, entry.ours, calls));
    ratio.push_back(blas.back() / ours.back());
  }
  const double a = Quantile(&ours, 0.5), b = Quantile(&blas, 0.5);
  std::printf(
      "| %s | %d | %s | %s | %.1f (%.1f-%.1f) | %.0f | %.1f (%.1f-%.1f) | %.0f | %.2f (%.2f-%.2f) "
      "|\n",
      isa.c_str(), workers->threads(), entry.kind.c_str(), entry.label.c_str(), a * 1e6,
      Quantile(&ours, 0.25) * 1e6, Quantile(&ours, 0.75) * 1e6, entry.flops / a / 1e9, b * 1e6,
      Quantile(&blas, 0.25) * 1e6, Quantile(&blas, 0.75) * 1e6, entry.flops / b / 1e9,
      Quantile(&ratio, 0.5), Quantile(&ratio, 0.25), Quantile(&ratio, 0.75));
  std::fflush(stdout);
}

std::vector<std::string> Words(const char* list) {
  std::vector<std::string> words;
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ',');) words.push_back(word);
  return words;
}

int32_t IsaNamed(const std::string& name) {
  for (int32_t isa = 0; isa < FR_ISA_COUNT; ++isa) {
    if (name == IsaName(isa)) return isa;
  }
  return -1;
}

int Run(int argc, char** argv) {
  static const option kLong[] = {{"isa", 1, nullptr, 'i'},      {"kind", 1, nullptr, 'k'},
                                 {"threads", 1, nullptr, 't'},  {"seconds", 1, nullptr, 's'},
                                 {"openblas", 1, nullptr, 'o'}, {"whole", 0, nullptr, 'w'},
                                 {nullptr, 0, nullptr, 0}};
  std::vector<std::string> isas{IsaName(BestIsa())}, kinds{"dw", "dx", "dh", "head"};
  int threads = 1;
  double seconds = 0.3;
  bool whole = false;
  const char* openblas = std::getenv("FUSEDRNN_OPENBLAS");
  for (int c; (c = getopt_long(argc, argv, "", kLong, nullptr)) != -1;) {
    if (c == 'i') {
      isas = Words(optarg);
    } else if (c == 'k') {
      kinds = Words(optarg);
    } else if (c == 't') {
      threads = std::atoi(optarg);
    } else if (c == 's') {
      seconds = std::atof(optarg);
    } else if (c == 'w') {
      whole = true;
    } else if (c == 'o') {
      openblas = optarg;
    } else {
      std::fputs(kUsage, stderr);
      return 2;
    }
  }
  OpenBlas(openblas, true);
  std::printf("%s\n\n", BlasConfig());
  std::printf(
      "| isa | threads | product | m x n x k | ours, us | GFLOP/s | OpenBLAS, us | GFLOP/s | "
      "OpenBLAS / ours |\n|---|---|---|---|---|---|---|---|---|\n");
  Workers workers(threads);
  for (const std::string& isa : isas) {
    Products products(IsaNamed(isa), threads, whole);
    for (const std::string& kind : kinds) {
      for (const Entry& entry : EntriesOf(kind, &products)) Compare(&workers, isa, entry, seconds);
    }
  }
  return 0;
}

}  // namespace
}  // namespace fusedrnn

int main(int argc, char** argv) {
  try {
    return fusedrnn::Run(argc, argv);
  } catch (const fusedrnn::Failure& failure) {
    std::fprintf(stderr, "products: %s\n", failure.what());
    return 1;
  }
}
