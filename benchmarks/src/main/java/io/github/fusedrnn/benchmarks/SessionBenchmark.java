package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** Inference through a session with the state carried from call to call: the base class of the benchmarks of steps, sequences and batches. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public abstract class SessionBenchmark {
    /** The cell. */
    @Param({"LSTM", "GRU", "RNN"})
    public CellKind cell = CellKind.LSTM;

    /** The implementation that runs it; see {@link LayerCase}. */
    @Param({"packed", "openblas"})
    public String runner = "";

    /** Threads of the session. */
    @Param({"1", "2"})
    public int threads;

    private InferenceCase inference;

    /** The label of the shape; see {@link Shape}. */
    abstract String shape();

    /** Valid steps of each row; null = T for all. */
    int @Nullable [] lengths(Shape sizes) {
        return null;
    }

    /** Builds the layer and checks it against the reference. */
    @Setup
    public void build() {
        Shape sizes = Shape.of(shape());
        inference = new InferenceCase(new LayerCase(cell, sizes, runner, threads), lengths(sizes));
    }

    /** One call. */
    @Benchmark
    public FloatTensor infer() {
        return inference.infer();
    }

    /** Releases everything. */
    @TearDown
    public void close() {
        inference.close();
    }
}
