package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.config.CellKind;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Forward with a tape and full backward, with changed weights in every call, as in training. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public class TrainStepBenchmark {
    /** The cell. */
    @Param({"LSTM", "GRU", "RNN"})
    public CellKind cell = CellKind.LSTM;

    /** Typical of language models; the last two are odd. */
    @Param({
        "T35_N20_C200_H200_L2",
        "T50_N64_C256_H256_L1",
        "T50_N32_C512_H512_L1",
        "T50_N32_C80_H200_L1_D2",
        "T35_N20_C321_H321_L1"
    })
    public String shape = "";

    /** The implementation that runs it; see {@link LayerCase}. */
    @Param({"packed", "openblas"})
    public String runner = "";

    /** Threads of a plan. */
    @Param({"1", "2"})
    public int threads;

    private TrainingCase training;

    /** Builds the layer and checks it against the reference. */
    @Setup
    public void build() {
        training = new TrainingCase(new LayerCase(cell, Shape.of(shape), runner, threads));
    }

    /** One step. */
    @Benchmark
    public Gradients step() {
        return training.step();
    }

    /** Releases everything. */
    @TearDown
    public void close() {
        training.close();
    }
}
