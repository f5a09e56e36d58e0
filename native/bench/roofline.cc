// Measures this machine's FMA peak and read bandwidths, and in turns with them our kernels, each of
// which it prints as a percentage of its own ceiling (ceiling.h says what that is).
#include <getopt.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "dispatch.h"
#include "report.h"
#include "status.h"

namespace fusedrnn {
namespace {

struct Options {
  std::vector<std::string> families{"lstm", "gru", "rnn"};
  std::vector<std::string> kinds{"step", "sequence", "batched", "training"};
  std::vector<int64_t> hidden;  // empty: all
  std::vector<int64_t> batch;   // empty: all
  std::vector<int64_t> threads{1, 2};
  std::vector<int32_t> isas;
  std::vector<int32_t> products{FR_PRODUCTS_PACKED};
  double seconds = 0.4;
  std::string json, commit = "unknown";
  std::string openblas;
};

constexpr char kUsage[] =
    "roofline [options]: our kernels as percentages of this machine's ceilings\n"
    "  --family lstm,gru,rnn                      cells\n"
    "  --kind step,sequence,batched,training      T=1 N=1; T=100 N=1; T=50 N=8,32,64; forward and "
    "backward\n"
    "  --hidden 64,128,...                        only these H\n"
    "  --batch 8,32,64                            only these N\n"
    "  --threads 1,2                              one run for each\n"
    "  --isa best|all|avx512,avx2,neon,plain      default best\n"
    "  --products packed,openblas,float16,int8    our kernels on float32 weights (the default), "
    "OpenBLAS,\n"
    "                                             our kernels on compressed weights (inference)\n"
    "  --seconds 0.4                              measured per case\n"
    "  --openblas FILE                            for training; default $FUSEDRNN_OPENBLAS\n"
    "  --json FILE  --commit NAME                 results with their environment\n";

[[noreturn]] void Refuse(const std::string& what) {
  std::fprintf(stderr, "roofline: %s\n%s", what.c_str(), kUsage);
  std::exit(2);
}

std::vector<std::string> Words(const char* list) {
  std::vector<std::string> words;
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ',');) words.push_back(word);
  return words;
}

std::vector<std::string> WordsOf(const char* option, const char* list,
                                 const std::vector<std::string>& known) {
  std::vector<std::string> words = Words(list);
  for (const std::string& word : words) {
    bool found = false;
    for (const std::string& one : known) found = found || one == word;
    if (!found) Refuse(std::string(option) + ": '" + word + "' is not known");
  }
  return words;
}

std::vector<int64_t> Numbers(const char* option, const char* list) {
  std::vector<int64_t> numbers;
  for (const std::string& word : Words(list)) {
    char* end;
    const long long number = std::strtoll(word.c_str(), &end, 10);
    if (*end != '\0' || number < 1 || number > 1 << 20) {
      Refuse(std::string(option) + ": '" + word + "' (expected: numbers from 1)");
    }
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<int32_t> Isas(const char* list) {
  std::vector<int32_t> isas;
  if (std::strcmp(list, "best") == 0) return {BestIsa()};
  for (int32_t isa = FR_ISA_COUNT - 1; isa >= 0; --isa) {
    bool wanted = std::strcmp(list, "all") == 0 && IsaSupported(isa);
    for (const std::string& word : Words(list)) wanted = wanted || word == IsaName(isa);
    if (wanted && !IsaSupported(isa)) Refuse("--isa: this CPU has no " + std::string(IsaName(isa)));
    if (wanted) isas.push_back(isa);
  }
  if (isas.empty()) Refuse(std::string("--isa: '") + list + "' is not known");
  return isas;
}

std::vector<int32_t> Products(const char* list) {
  std::vector<int32_t> products;
  for (const std::string& word :
       WordsOf("--products", list, {"packed", "openblas", "float16", "int8"})) {
    for (int32_t one = FR_PRODUCTS_PACKED; one <= FR_PRODUCTS_INT8; ++one) {
      if (word == ProductsName(one)) products.push_back(one);
    }
  }
  return products;
}

Options Parse(int argc, char** argv) {
  static const option kLong[] = {
      {"family", 1, nullptr, 'f'},   {"kind", 1, nullptr, 'k'},    {"hidden", 1, nullptr, 'h'},
      {"batch", 1, nullptr, 'n'},    {"threads", 1, nullptr, 't'}, {"isa", 1, nullptr, 'i'},
      {"products", 1, nullptr, 'p'}, {"seconds", 1, nullptr, 's'}, {"openblas", 1, nullptr, 'o'},
      {"json", 1, nullptr, 'j'},     {"commit", 1, nullptr, 'c'},  {"help", 0, nullptr, '?'},
      {nullptr, 0, nullptr, 0}};
  Options options;
  options.isas = {BestIsa()};
  if (const char* path = std::getenv("FUSEDRNN_OPENBLAS")) options.openblas = path;
  for (int c; (c = getopt_long(argc, argv, "", kLong, nullptr)) != -1;) {
    switch (c) {
      case 'f':
        options.families = WordsOf("--family", optarg, options.families);
        break;
      case 'k':
        options.kinds = WordsOf("--kind", optarg, options.kinds);
        break;
      case 'h':
        options.hidden = Numbers("--hidden", optarg);
        break;
      case 'n':
        options.batch = Numbers("--batch", optarg);
        break;
      case 't':
        options.threads = Numbers("--threads", optarg);
        break;
      case 'i':
        options.isas = Isas(optarg);
        break;
      case 'p':
        options.products = Products(optarg);
        break;
      case 's':
        options.seconds = std::atof(optarg);
        break;
      case 'o':
        options.openblas = optarg;
        break;
      case 'j':
        options.json = optarg;
        break;
      case 'c':
        options.commit = optarg;
        break;
      default:
        std::fputs(kUsage, stderr);
        std::exit(2);
    }
  }
  if (optind < argc) Refuse(std::string("'") + argv[optind] + "' is not an option");
  return options;
}

bool Among(const std::vector<int64_t>& list, int64_t value) {
  for (const int64_t one : list) {
    if (one == value) return true;
  }
  return list.empty();
}

bool Has(const std::vector<std::string>& list, const char* value) {
  for (const std::string& one : list) {
    if (one == value) return true;
  }
  return false;
}

std::vector<Work> Works(const Options& options, int32_t products) {
  const Storage storage = products == FR_PRODUCTS_FLOAT16 ? Storage::kFloat16
                          : products == FR_PRODUCTS_INT8  ? Storage::kInt8
                                                          : Storage::kFloat32;
  std::vector<Work> all;
  for (const std::string& family : options.families) {
    const Cell cell = family == "lstm" ? Cell::kLstm : family == "gru" ? Cell::kGru : Cell::kRnn;
    const auto add = [&](const char* name, Kind kind, int64_t t, int64_t n, int64_t h, int64_t l) {
      if (!Has(options.kinds, name) || !Among(options.hidden, h) || !Among(options.batch, n))
        return;
      if (kind == Kind::kTraining && storage != Storage::kFloat32) return;
      all.push_back({cell, kind, t, n, h, h, l, 1, storage});
    };
    for (const int64_t h : {64, 128, 200, 256, 321, 512, 1024})
      add("step", Kind::kStep, 1, 1, h, 1);
    for (const int64_t h : {64, 128, 256, 512, 1024}) {
      add("sequence", Kind::kSequence, 100, 1, h, 1);
    }
    for (const int64_t h : {64, 128, 200, 256, 512, 1024}) {
      for (const int64_t n : {8, 32, 64}) add("batched", Kind::kBatched, 50, n, h, 1);
    }
    add("training", Kind::kTraining, 35, 20, 200, 2);
    add("training", Kind::kTraining, 50, 64, 256, 1);
    add("training", Kind::kTraining, 50, 32, 512, 1);
  }
  return all;
}

// How many could not be measured.
int RunAll(const Options& options, int32_t isa, int32_t products, int threads, Probes* probes,
           std::vector<Result>* results) {
  int failed = 0;
  for (const Work& work : Works(options, products)) {
    try {
      BenchCase bench(work, isa, products, threads);
      std::optional<BenchCase> float32;
      if (work.storage != Storage::kFloat32) {
        Work uncompressed = work;
        uncompressed.storage = Storage::kFloat32;
        float32.emplace(uncompressed, isa, FR_PRODUCTS_PACKED, threads);
      }
      results->push_back(
          MeasureInterleaved(&bench, float32 ? &*float32 : nullptr, probes, options.seconds));
      PrintRow(results->back());
    } catch (const Failure& failure) {
      std::printf("%-40s %-7s %-8s %3d not measured: %s\n", Label(work).c_str(), IsaName(isa),
                  ProductsName(products), threads, failure.what());
      ++failed;
    }
  }
  return failed;
}

int Main(int argc, char** argv) {
  const Options options = Parse(argc, argv);
  const bool blas = !options.openblas.empty() && fr_blas_open(options.openblas.c_str(), 1) == FR_OK;
  const Machine machine = Machine::Detect();
  PrintHeader(machine);
  std::vector<Result> results;
  int failed = 0;
  for (const int32_t isa : options.isas) {
    for (const int64_t threads : options.threads) {
      Probes probes(isa, static_cast<int>(threads), machine);
      for (const int32_t products : options.products) {
        failed += RunAll(options, isa, products, static_cast<int>(threads), &probes, &results);
      }
    }
  }
  if (failed == 0 && results.empty()) Refuse("no case is left");
  PrintPeaks(results);
  if (!options.json.empty()) {
    std::FILE* file = std::fopen(options.json.c_str(), "w");
    if (file == nullptr) Refuse("--json: cannot write " + options.json);
    WriteJson(file, machine,
              {{"fusedrnn", fr_version()},
               {"commit", options.commit},
               {"compiler", __VERSION__},
               {"openblas", blas ? fr_blas_config() : "not open"}},
              results);
    std::fclose(file);
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace fusedrnn

int main(int argc, char** argv) { return fusedrnn::Main(argc, argv); }
