package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.RecurrentState;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.tensor.FloatTensor;
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

/** Inference of an LSTM through a session, state carried from call to call: our kernels beside the baseline of plain OpenBLAS products. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public class LstmForwardBenchmark {
    /** Steps alone, whole sequences, batches. */
    @Param({"T1_N1_C64_H64_L1", "T1_N1_C256_H256_L1", "T100_N1_C128_H128_L1", "T50_N32_C256_H256_L1"})
    public String shape = "";

    /** Who runs it. */
    @Param({"packed", "openblas"})
    public String runner = "";

    /** Threads of the session. */
    @Param("1")
    public int threads;

    private LstmCase lstm;
    private Session session;
    private RecurrentState state;
    private FloatTensor y;

    /** Builds the layer and checks it against the reference. */
    @Setup
    public void build() {
        Shape sizes = Shape.of(shape);
        lstm = new LstmCase(runner, sizes, threads);
        session = lstm.lstm().session(sizes.t(), sizes.n(), threads);
        state = lstm.lstm().newState(sizes.n());
        y = lstm.lstm().newOutput(sizes.t(), sizes.n());
    }

    /** One call. */
    @Benchmark
    public FloatTensor infer() {
        session.infer(lstm.x(), null, state, y, state);
        return y;
    }

    /** Gives everything back. */
    @TearDown
    public void close() {
        y.close();
        state.close();
        session.close();
        lstm.close();
    }
}
