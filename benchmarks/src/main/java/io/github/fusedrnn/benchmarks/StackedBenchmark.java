package io.github.fusedrnn.benchmarks;

import org.openjdk.jmh.annotations.Param;

/** Latency of stacked and of bidirectional layers for one row. */
public class StackedBenchmark extends SessionBenchmark {
    /** Two layers; one bidirectional layer; two bidirectional layers. */
    @Param({
        "T100_N1_C64_H64_L2",
        "T100_N1_C128_H128_L2",
        "T100_N1_C256_H256_L2",
        "T100_N1_C512_H512_L2",
        "T100_N1_C64_H64_L1_D2",
        "T100_N1_C128_H128_L1_D2",
        "T100_N1_C256_H256_L1_D2",
        "T100_N1_C512_H512_L1_D2",
        "T100_N1_C80_H200_L2_D2"
    })
    public String shape = "";

    @Override
    String shape() {
        return shape;
    }
}
