package io.github.fusedrnn.cudnn.internal.rnn;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.cudnn.internal.device.CudaDevice;
import io.github.fusedrnn.cudnn.internal.device.DeviceBlock;
import io.github.fusedrnn.weights.WeightLayout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The layouts of cuDNN's weight spaces for the stages of a chain and each algorithm that may run them. Algorithms with the same layout share the
 * spaces. Immutable, free to share.
 */
final class Packing {
    private final int stages;
    private final Map<Algorithm, Integer> layoutOf = new EnumMap<>(Algorithm.class);
    private final Map<Algorithm, FusedRnnException> refused = new EnumMap<>(Algorithm.class);
    private final List<List<WeightMap>> layouts = new ArrayList<>();

    private Packing(int stages) {
        this.stages = stages;
    }

    /** Queries cuDNN. An algorithm that it refuses is reported by {@link #map}. The caller holds the lock of the device's stream. */
    static Packing of(CudaDevice device, StageChain chain, MathMode math, List<Algorithm> algorithms) {
        Packing packing = new Packing(chain.stages().size());
        WeightLayout canonical = WeightLayout.of(chain.config());
        for (Algorithm algorithm : algorithms) {
            List<WeightMap> maps = new ArrayList<>();
            try {
                for (Stage stage : chain.stages()) {
                    maps.add(map(device, stage, math, algorithm, canonical));
                }
            } catch (FusedRnnException e) {
                if (algorithm == Algorithm.STANDARD || !StageRun.isRefusal(e.code())) {
                    throw e;
                }
                packing.refused.put(algorithm, e);
                continue;
            }
            int known = packing.layouts.indexOf(maps);
            if (known < 0) {
                known = packing.layouts.size();
                packing.layouts.add(List.copyOf(maps));
            }
            packing.layoutOf.put(algorithm, known);
        }
        return packing;
    }

    private static WeightMap map(
            CudaDevice device, Stage stage, MathMode math, Algorithm algorithm, WeightLayout canonical) {
        Cleanup cleanup = new Cleanup();
        try {
            RnnDescriptor rnn = new RnnDescriptor(stage, math, algorithm, DropoutDescriptor.none(device), cleanup);
            return WeightMap.of(device, rnn, stage, math, canonical);
        } finally {
            cleanup.run();
        }
    }

    /**
     * The layout of a stage's weight space.
     *
     * @throws FusedRnnException if cuDNN has refused the algorithm, with cuDNN's message
     */
    WeightMap map(Algorithm algorithm, int stage) {
        return layouts.get(layout(algorithm)).get(stage);
    }

    private int layout(Algorithm algorithm) {
        Integer layout = layoutOf.get(algorithm);
        FusedRnnException refusal = refused.get(algorithm);
        if (refusal != null) {
            throw refusal;
        }
        if (layout == null) {
            throw new IllegalStateException(
                    "algorithm " + algorithm.label() + " (expected: one of " + layoutOf.keySet() + ")");
        }
        return layout;
    }

    /** Weight spaces with a copy of canonical weights, which have the data type of the spaces; {@code cleanup} frees them. */
    Spaces pack(StreamOps ops, long canonical, int elementBytes, Cleanup cleanup) {
        DeviceBlock[][] blocks = new DeviceBlock[layouts.size()][stages];
        long bytes = 0;
        for (int layout = 0; layout < blocks.length; layout++) {
            for (int stage = 0; stage < blocks[layout].length; stage++) {
                WeightMap map = layouts.get(layout).get(stage);
                DeviceBlock block = ops.device().memory().allocate(Math.max(map.bytes(), 1), "packed weights");
                cleanup.add(block::close);
                blocks[layout][stage] = block;
                bytes += block.bytes();
                map.pack(ops, canonical, block.address(), elementBytes);
            }
        }
        return new Spaces(this, blocks, bytes);
    }

    /** One version of the weights in the layouts of a packing. */
    static final class Spaces {
        private final Packing packing;
        private final DeviceBlock[][] blocks;
        private final long bytes;

        private Spaces(Packing packing, DeviceBlock[][] blocks, long bytes) {
            this.packing = packing;
            this.blocks = blocks;
            this.bytes = bytes;
        }

        long address(Algorithm algorithm, int stage) {
            return blocks[packing.layout(algorithm)][stage].address();
        }

        long bytes() {
            return bytes;
        }
    }
}
