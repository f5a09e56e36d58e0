#!/usr/bin/env bash
# Checks on a GPU machine, in under 8 minutes, everything that only a GPU can show: what cuDNN does where its documentation is silent, every test
# tagged gpu on the real device, our times beside PyTorch's, memory over 10,000 steps, and compute-sanitizer over our kernels.
#   Here, in the project's root:    BUNDLE_DROP_JARS='^(jmh-generator-|archunit)' bash ../shared/gpu/bundle.sh
#   (ArchUnit's jar has duplicate entries, which the packer rejects; no GPU test needs it)
#   There, in the root of the copy: benchmarks/gpu-proof.sh [FOLDER]
# The report and its parts are written to FOLDER, $OUT or build/gpu-proof. GPU_PROOF_SECONDS (default 465) bounds the total time: the most
# important parts run first, and the report names those that were skipped for lack of time. Exit code: 0 = everything passed, 1 = something
# failed, 3 = nothing failed, but not everything was run.
set -uo pipefail
cd "$(dirname "$0")/.."
out=${1:-${OUT:-build/gpu-proof}}
mkdir -p "$out"
out=$(cd "$out" && pwd)
report=$out/report.md
on_gpu=.gpu/run-on-gpu.sh
total=${GPU_PROOF_SECONDS:-465}
failed=0
cut=0
SECONDS=0
: >"$report"

[[ -f $on_gpu ]] || {
  echo "gpu-proof: no $on_gpu; run bundle.sh first" >&2
  exit 2
}
environment=$(mktemp)
trap 'rm -f "$environment"' EXIT

say() { echo "gpu-proof: $*" | tee -a "$report"; }

# part <name> <min> <max> <reserved> <command...>: writes the command's output to its own file and, if it is short, into the report. The time limit
# is <max> seconds or what is left minus <reserved> seconds for later parts, whichever is less; the command is skipped if that is below <min>.
part() {
  local name=$1 min=$2 limit=$3 left=$((total - 5 - SECONDS - $4)) from=$SECONDS rc=0 verdict
  shift 4
  if ((left < min)); then
    cut=1
    say "$name: NOT RUN, only $left s left (needs $min)"
    return
  fi
  timeout -k 5 "$((limit < left ? limit : left))" "$@" >"$out/$name.txt" 2>&1 || rc=$?
  case $rc in
    0) verdict=passed ;;
    124 | 137)
      verdict="TIMED OUT"
      cut=1
      ;;
    *)
      verdict="FAILED, exit code $rc"
      failed=1
      ;;
  esac
  {
    printf '\n## %s: %s (%s s)\n\n' "$name" "$verdict" $((SECONDS - from))
    if (($(wc -l <"$out/$name.txt") <= 150)); then cat "$out/$name.txt"; else tail -60 "$out/$name.txt"; fi
  } >>"$report"
  echo "gpu-proof: $name: $verdict, $((SECONDS - from)) s"
}

# Keeps what the runner found (libraries, class path): it searches again on every call, which takes seconds.
# shellcheck disable=SC2016
part machine 1 90 0 bash "$on_gpu" bash -c \
  'for v in JAVA_HOME PATH CLASSPATH LD_LIBRARY_PATH GPU_PRESENT GPU_LIBS_FOUND JDK_JAVA_OPTIONS; do declare -p "$v" 2>/dev/null; done >"$0"; true' \
  "$environment"
grep -q GPU_PRESENT "$environment" || {
  say "cannot continue: no Java or no libraries found"
  exit 1
}
on_java() { # main class or options, arguments
  # shellcheck disable=SC1090
  source "$environment"
  exec java "$@"
}
export environment out
export -f on_java

gpu=yes
grep -q '| devices [1-9]' "$out/machine.txt" || grep -q 'GPU_PRESENT="yes"' "$environment" || gpu=no
[[ $gpu == yes ]] || say "no GPU found: GPU tests are skipped and reported as such"

part questions 10 60 0 bash -c 'on_java io.github.fusedrnn.cudnn.gpu.OpenQuestions'
part tests 30 140 0 env GPU_QUIET=1 bash "$on_gpu" junit --include-tag gpu --exclude-tag fakecuda --details=summary

torch=no
python3 -c 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)' 2>/dev/null && torch=yes
sanitizer=no
command -v compute-sanitizer >/dev/null && sanitizer=yes
later=0
[[ $torch == yes ]] && later=$((later + 60))
[[ $sanitizer == yes ]] && later=$((later + 40))

# bench <name> <benchmark> <JMH's parameters...>: one fork and short iterations, to fit the time limit. JMH reports its results only at the end, so
# each shape is a separate run, and a timeout loses that shape only.
bench() {
  local name=$1 suite=$2
  shift 2
  part "$name" 25 60 "$later" bash -c 'on_java org.openjdk.jmh.Main "$@"' _ "$suite" "$@" -f 1 -wi 2 -w 250ms -i 4 -r 250ms \
    -rf json -rff "$out/$name.json"
  # JMH continues after a benchmark that throws, and exits with 0.
  if grep -qs '<failure>' "$out/$name.txt"; then
    failed=1
    say "$name: some benchmarks FAILED, see $name.txt"
  fi
}
infer() { bench "infer-$1" GpuInferenceBenchmark -p cell=LSTM,GRU -p algorithm=auto -p "shape=$1"; }
train() { bench "train-$1" GpuTrainStepBenchmark -p cell=LSTM,GRU -p algorithm=auto -p "shape=$1"; }
algorithms() {
  bench "algorithms-$1" GpuInferenceBenchmark -p cell=LSTM -p graphs=true -p algorithm=standard,persist,smallh -p "shape=$1"
}
if [[ $gpu == yes ]]; then
  infer T1_N1_C256_H256_L1
  infer T100_N1_C256_H256_L1
  train T50_N64_C256_H256_L1
  infer T50_N64_C256_H256_L1
  train T35_N20_C200_H200_L2
  infer T1_N1_C512_H512_L1
  algorithms T1_N1_C128_H128_L1
  infer T50_N128_C512_H512_L2
  train T50_N128_C512_H512_L2
  algorithms T100_N1_C128_H128_L1
fi

if [[ $torch == yes ]]; then
  shapes=$(python3 - "$out" <<'PY'
import json, pathlib, sys
out = pathlib.Path(sys.argv[1])
rows = [row for file in sorted(out.glob("*-T*.json")) for row in json.loads(file.read_text() or "[]")]
(out / "ours.json").write_text(json.dumps(rows))
print("|".join(sorted({row["params"]["shape"] for row in rows})) or ".*")
PY
  )
  [[ $sanitizer == yes ]] && later=40 || later=0
  left=$((total - 15 - SECONDS - later))
  part torch 20 90 "$later" python3 benchmarks/peers/torch_gpu.py --cells LSTM,GRU --shapes "^($shapes)$" --seconds 0.15 \
    --max-seconds "$((left < 75 ? left : 75))" --ours "$out/ours.json" --json "$out/torch.json"
else
  say "PyTorch not found: the report has our times only"
fi

if [[ $sanitizer == yes ]]; then
  part sanitizer 20 75 0 bash -c 'source "$environment"; compute-sanitizer --tool memcheck --target-processes all --error-exitcode 9 \
    java -Xint io.github.fusedrnn.cudnn.gpu.EveryKernel'
else
  say "compute-sanitizer not found"
fi

if ((failed)); then verdict="something failed"; elif ((cut)); then verdict="everything that was run passed, NOT everything was run"; else verdict="everything passed"; fi
printf '\n' >>"$report"
say "total $SECONDS s, $verdict"
((failed)) && exit 1
((cut)) && exit 3
exit 0
