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

/** Forward with a tape and full backward on the GPU, with changed weights in every call, as in training. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Thread)
public class GpuTrainStepBenchmark {
    /** The cell. */
    @Param({"LSTM", "GRU", "RNN"})
    public CellKind cell = CellKind.LSTM;

    /** Typical of language models; benchmarks/peers/torch_gpu.py has the same shapes. */
    @Param({"T35_N20_C200_H200_L2", "T50_N64_C256_H256_L1", "T50_N128_C512_H512_L2"})
    public String shape = "";

    /** cuDNN's algorithm; if it cannot run a shape, standard runs instead. */
    @Param({"auto", "standard", "persist", "smallh"})
    public String algorithm = "auto";

    private TrainingCase training;

    /** Builds the layer and checks it against the reference. */
    @Setup
    public void build() {
        Gpu.require();
        training = new TrainingCase(new LayerCase(cell, Shape.of(shape), LayerCase.cudnn(algorithm, true), 1));
    }

    /** One step. */
    @Benchmark
    public Gradients step() {
        Gradients gradients = training.step();
        gradients.all().synchronize();
        return gradients;
    }

    /** Releases everything. */
    @TearDown
    public void close() {
        training.close();
    }
}
