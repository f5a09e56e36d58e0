package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.config.CellKind;
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

/** Inference on the GPU with data in device memory; every call is synchronized, as by a caller that needs the result. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public class GpuInferenceBenchmark {
    /** The cell. */
    @Param({"LSTM", "GRU", "RNN"})
    public CellKind cell = CellKind.LSTM;

    /** Steps, sequences and batches; benchmarks/peers/torch_gpu.py has the same shapes. */
    @Param({
        "T1_N1_C128_H128_L1",
        "T1_N1_C256_H256_L1",
        "T1_N1_C512_H512_L1",
        "T100_N1_C128_H128_L1",
        "T100_N1_C256_H256_L1",
        "T100_N1_C512_H512_L1",
        "T50_N64_C256_H256_L1",
        "T50_N128_C512_H512_L2"
    })
    public String shape = "";

    /** cuDNN's algorithm; if it cannot run a shape, standard runs instead, and the explanation printed says so. */
    @Param({"auto", "standard", "persist", "smallh"})
    public String algorithm = "auto";

    /** Whether calls are replayed as CUDA graphs. */
    @Param({"true", "false"})
    public boolean graphs;

    private InferenceCase inference;

    /** Builds the layer and checks it against the reference. */
    @Setup
    public void build() {
        Gpu.require();
        inference =
                new InferenceCase(new LayerCase(cell, Shape.of(shape), LayerCase.cudnn(algorithm, graphs), 1), null);
        System.out.println(inference.explain());
    }

    /** One call. */
    @Benchmark
    public FloatTensor infer() {
        FloatTensor y = inference.infer();
        y.synchronize();
        return y;
    }

    /** Releases everything. */
    @TearDown
    public void close() {
        inference.close();
    }
}
