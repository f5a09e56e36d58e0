package io.github.fusedrnn.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Param;

/** Rows of different lengths, T/2 on average, and the full batch. */
public class VariableLengthBenchmark extends SessionBenchmark {
    /** The batch. */
    @Param({"T50_N32_C128_H128_L1", "T50_N32_C256_H256_L1", "T50_N64_C256_H256_L1", "T50_N32_C256_H256_L1_D2"})
    public String shape = "";

    /** T steps for every row, or lengths spread evenly over 1 to T - 1, shuffled. */
    @Param({"full", "half"})
    public String lengths = "";

    @Override
    String shape() {
        return shape;
    }

    @Override
    int @Nullable [] lengths(Shape sizes) {
        return lengths.equals("full") ? null : half(sizes.t(), sizes.n());
    }

    /** Lengths between 1 and T - 1 whose mean is T / 2, shuffled. */
    static int[] half(int t, int n) {
        List<Integer> all = IntStream.range(0, n)
                .mapToObj(i -> 1 + (int) Math.round(i * (t - 2) / (double) (n - 1)))
                .collect(Collectors.toList());
        Collections.shuffle(all, new Random(1));
        return all.stream().mapToInt(Integer::intValue).toArray();
    }
}
