#include "report.h"

#include <algorithm>

#include "dispatch.h"
#include "quantile.h"

namespace fusedrnn {
namespace {

std::string Bound(const Result& r) {
  if (r.ceiling.read_share < 0.5) return "FMA";
  double all = 0;
  for (double bytes : r.split.bytes) all += bytes;
  std::string bound;
  for (int level = 0; level < kLevels; ++level) {
    const double bytes =
        r.far && level == 2 ? r.split.bytes[2] + r.split.bytes[3] : r.split.bytes[level];
    const int percent = static_cast<int>(100 * bytes / all + 0.5);
    if (percent == 0 || (r.far && level == 3)) continue;
    bound += (bound.empty() ? "" : " ") + std::to_string(percent) + kLevelNames[level];
    if (r.far && level == 2) bound += "+DRAM";
  }
  return bound;
}

void Quote(std::FILE* file, const std::string& text) {
  std::fputc('"', file);
  for (const char c : text) {
    if (c == '"' || c == '\\') std::fputc('\\', file);
    if (static_cast<unsigned char>(c) >= ' ') std::fputc(c, file);
  }
  std::fputc('"', file);
}

void WritePeaks(std::FILE* file, const Peaks& peaks) {
  std::fprintf(file, "\"fma_gflops\": %.2f, \"read_gb_per_s\": [", peaks.flops * 1e-9);
  for (int level = 0; level < kLevels; ++level) {
    std::fprintf(file, "%s%.2f", level == 0 ? "" : ", ", peaks.bytes[level] * 1e-9);
  }
  std::fputs("]", file);
}

void WriteResult(std::FILE* file, const Result& r) {
  std::fputs("    {\"case\": ", file);
  Quote(file, Label(r.work));
  std::fprintf(file, ", \"isa\": \"%s\", \"threads\": %d, \"products\": \"%s\", ", IsaName(r.isa),
               r.threads, ProductsName(r.products));
  std::fprintf(file, "\"rounds\": %d, \"p10_us\": %.4f, \"median_us\": %.4f, ", r.rounds,
               r.seconds * 1e6, r.median_seconds * 1e6);
  std::fprintf(file, "\"ceiling_us\": %.4f, \"bound\": \"%s\", \"percent\": %.2f, \"aim\": %d, ",
               r.ceiling.seconds * 1e6, Bound(r).c_str(), r.percent, r.aim);
  std::fprintf(file, "\"plain_sweep_us\": %.4f, \"flops\": %.0f, ", r.sweep_seconds * 1e6,
               r.work.Flops());
  std::fprintf(file, "\"sweep_bytes_per_thread\": [%.0f, %.0f, %.0f, %.0f], ", r.split.bytes[0],
               r.split.bytes[1], r.split.bytes[2], r.split.bytes[3]);
  std::fprintf(file, "\"float32_p10_us\": %.4f, \"speedup_aim\": %g, ", r.float32_seconds * 1e6,
               r.speedup_aim);
  WritePeaks(file, r.peaks);
  std::fputs("}", file);
}

}  // namespace

void PrintHeader(const Machine& machine) {
  std::printf("%s, %d cores; L1 %lld KiB, L2 %lld KiB, L3 %lld KiB%s\n", machine.cpu.c_str(),
              machine.cores, static_cast<long long>(machine.cache[0] >> 10),
              static_cast<long long>(machine.cache[1] >> 10),
              static_cast<long long>(machine.cache[2] >> 10),
              machine.caches_known ? "" : " (assumed: the system does not tell)");
  std::puts(
      "p10, median: of one call, over rounds in turns with the peak loops.\n"
      "ceiling: the least time by the measured peaks. bound FMA: flops / FMA peak (batched,\n"
      "training). Else read: % of a step's weights that lie in each cache, by which they are "
      "read;\n"
      "a thread's share, every second sweep reversed, so that the nearest cache holds what it can\n"
      "of the sweep before. L3+DRAM: more than half of L3, at the rate of the plain sweep.\n"
      "sweep: a plain read of the same weights the same way, as % of the call's p10 (steps only).\n"
      "x f32: how many times as fast as with float32 weights, in the same turns.\n");
  std::printf("%-40s %-7s %-8s %3s %11s %11s %11s %5s %4s %6s %6s %4s  %s\n", "case", "isa",
              "weights", "thr", "p10 us", "median us", "ceiling us", "%", "aim", "sweep", "x f32",
              "aim", "bound");
}

void PrintRow(const Result& r) {
  char aim[16] = "-", sweep[16] = "-", speedup[16] = "-", speedup_aim[16] = "-";
  if (r.aim > 0) std::snprintf(aim, sizeof aim, "%d", r.aim);
  if (r.work.kind == Kind::kStep) {
    std::snprintf(sweep, sizeof sweep, "%.1f", 100 * r.sweep_seconds / r.seconds);
  }
  if (r.float32_seconds > 0) {
    std::snprintf(speedup, sizeof speedup, "%.2f", r.float32_seconds / r.seconds);
  }
  if (r.speedup_aim > 0) std::snprintf(speedup_aim, sizeof speedup_aim, "%.1f", r.speedup_aim);
  std::printf("%-40s %-7s %-8s %3d %11.3f %11.3f %11.3f %5.1f %4s %6s %6s %4s  %s\n",
              Label(r.work).c_str(), IsaName(r.isa), ProductsName(r.products), r.threads,
              r.seconds * 1e6, r.median_seconds * 1e6, r.ceiling.seconds * 1e6, r.percent, aim,
              sweep, speedup, speedup_aim, Bound(r).c_str());
  std::fflush(stdout);
}

void PrintPeaks(const std::vector<Result>& results) {
  std::puts("\npeaks of all threads together, median over the cases above");
  std::printf("%-7s %3s %12s %9s %9s %9s %9s\n", "isa", "thr", "FMA GFLOP/s", "L1 GB/s", "L2 GB/s",
              "L3 GB/s", "DRAM GB/s");
  for (int32_t isa = FR_ISA_COUNT - 1; isa >= 0; --isa) {
    for (int threads = 1; threads <= 256; ++threads) {
      std::vector<double> flops, bytes[kLevels];
      for (const Result& r : results) {
        if (r.isa != isa || r.threads != threads) continue;
        flops.push_back(r.peaks.flops);
        for (int level = 0; level < kLevels; ++level) {
          if (r.peaks.bytes[level] > 0) bytes[level].push_back(r.peaks.bytes[level]);
        }
      }
      if (flops.empty()) continue;
      const double scale = 1e-9 * threads;
      std::printf("%-7s %3d %12.1f", IsaName(isa), threads, scale * Quantile(&flops, 0.5));
      for (std::vector<double>& level : bytes) {
        if (level.empty()) {
          std::printf(" %9s", "-");
        } else {
          std::printf(" %9.1f", scale * Quantile(&level, 0.5));
        }
      }
      std::puts("");
    }
  }
}

void WriteJson(std::FILE* file, const Machine& machine,
               const std::vector<std::pair<std::string, std::string>>& environment,
               const std::vector<Result>& results) {
  std::fputs("{\n  \"environment\": {\"cpu\": ", file);
  Quote(file, machine.cpu);
  std::fprintf(file, ", \"cores\": %d, \"cache_bytes\": [%lld, %lld, %lld]", machine.cores,
               static_cast<long long>(machine.cache[0]), static_cast<long long>(machine.cache[1]),
               static_cast<long long>(machine.cache[2]));
  for (const auto& [name, value] : environment) {
    std::fputs(", ", file);
    Quote(file, name);
    std::fputs(": ", file);
    Quote(file, value);
  }
  std::fputs("},\n  \"results\": [\n", file);
  for (size_t i = 0; i < results.size(); ++i) {
    WriteResult(file, results[i]);
    std::fputs(i + 1 < results.size() ? ",\n" : "\n", file);
  }
  std::fputs("  ]\n}\n", file);
}

}  // namespace fusedrnn
