#!/usr/bin/env bash
# Settles on a GPU machine, in under 8 minutes, all that only a GPU can tell: what cuDNN does where its documentation is silent, every test
# tagged gpu on the real device, our times beside PyTorch's, memory over 10,000 steps, and the sanitizer over our kernels.
#   Here, in the project's root:    BUNDLE_DROP_JARS='^(jmh-generator-|archunit)' bash ../shared/gpu/bundle.sh
#   (ArchUnit's jar has entries twice, which the packer refuses; no test for a GPU needs it)
#   There, in the root of the copy: benchmarks/gpu-proof.sh [FOLDER]
# The report and all that it is made of go to FOLDER, else to $OUT, else to build/gpu-proof; the exit code is 0 when everything held.
set -uo pipefail
cd "$(dirname "$0")/.."
out=${1:-${OUT:-build/gpu-proof}}
mkdir -p "$out"
out=$(cd "$out" && pwd)
report=$out/report.md
on_gpu=.gpu/run-on-gpu.sh
failed=0
SECONDS=0
: >"$report"

[[ -f $on_gpu ]] || {
  echo "gpu-proof: no $on_gpu; run bundle.sh first" >&2
  exit 2
}

# part <name> <most seconds> <command...>: its output goes to a file of its own and, when it is short, into the report.
part() {
  local name=$1 limit=$2 from=$SECONDS rc=0
  shift 2
  timeout -k 10 "$limit" "$@" >"$out/$name.txt" 2>&1 || rc=$?
  {
    printf '\n## %s: %s (%s s)\n\n' "$name" "$([[ $rc == 0 ]] && echo held || echo "FAILED, exit code $rc")" $((SECONDS - from))
    if (($(wc -l <"$out/$name.txt") <= 150)); then cat "$out/$name.txt"; else tail -60 "$out/$name.txt"; fi
  } >>"$report"
  echo "gpu-proof: $name, exit code $rc, $((SECONDS - from)) s"
  ((rc == 0)) || failed=1
}

quietly() { GPU_QUIET=1 bash "$on_gpu" "$@"; }
export -f quietly
export on_gpu

part machine 60 bash "$on_gpu" info
grep -q '| devices [1-9]' "$out/machine.txt" || echo "gpu-proof: no GPU here; tests will be skipped, and say so" | tee -a "$report"

part questions 60 bash -c 'quietly java io.github.fusedrnn.cudnn.gpu.OpenQuestions'
part tests 150 bash -c 'quietly junit --include-tag gpu --exclude-tag fakecuda --details=summary'

# JMH: the rows that the aims name; one fork and short rounds, because all of it has to fit.
jmh() {
  quietly jmh "$1" -f 1 -wi 2 -w 300ms -i 4 -r 300ms -rf json -rff "$out/$2" "${@:3}"
}
export -f jmh
export out
part inference 110 bash -c 'jmh GpuInferenceBenchmark inference.json -p cell=LSTM,GRU -p algorithm=auto \
  -p shape=T1_N1_C256_H256_L1,T1_N1_C512_H512_L1,T100_N1_C256_H256_L1,T50_N64_C256_H256_L1,T50_N128_C512_H512_L2'
part algorithms 60 bash -c 'jmh GpuInferenceBenchmark algorithms.json -p cell=LSTM -p graphs=true -p algorithm=standard,persist,smallh \
  -p shape=T1_N1_C128_H128_L1,T100_N1_C128_H128_L1,T100_N1_C512_H512_L1'
part training 60 bash -c 'jmh GpuTrainStepBenchmark training.json -p cell=LSTM,GRU -p algorithm=auto'

if python3 -c 'import json' 2>/dev/null; then
  python3 - "$out" <<'PY'
import json, pathlib, sys
out = pathlib.Path(sys.argv[1])
rows = [row for name in ("inference", "algorithms", "training") if (out / f"{name}.json").exists()
        for row in json.loads((out / f"{name}.json").read_text() or "[]")]
(out / "ours.json").write_text(json.dumps(rows))
PY
  part torch 75 python3 benchmarks/peers/torch_gpu.py --cells LSTM,GRU --seconds 0.2 --ours "$out/ours.json" --json "$out/torch.json"
fi

if command -v compute-sanitizer >/dev/null; then
  part sanitizer 75 bash -c 'quietly compute-sanitizer --tool memcheck --target-processes all --error-exitcode 9 \
    java -Xint io.github.fusedrnn.cudnn.gpu.EveryKernel'
else
  echo "gpu-proof: no compute-sanitizer here" | tee -a "$report"
fi

printf '\n%s s in all, %s\n' "$SECONDS" "$( ((failed == 0)) && echo "everything held" || echo "NOT everything held")" | tee -a "$report"
exit "$failed"
